#include "config/config.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include "config/expand.h"
#include "config/override.h"
#include "config/yaml_reader.h"
#include "util/place.h"

namespace sluice {
namespace {

constexpr const char* kStandardInput = "-";

Result<std::string> ReadText(const std::string& path) {
  if (path == kStandardInput) {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> block{};
  while (file.read(block.data(), block.size()) || file.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
  }
  // Opening a folder succeeds; reading it does not.
  if (file.is_open() && !file.bad()) return text;
  return Error{ErrorKind::kInvalidConfig,
               PlaceOf(path) + ": can't read the configuration file: " + std::strerror(errno)};
}

}  // namespace

std::string Config::Redacted() const {
  std::string text = WriteYaml(*root_);
  for (const auto& part : parts_) text += "---\n# " + part->path_ + "\n" + part->Redacted();
  return text;
}

Result<Config*> Config::LoadPart(const std::string& file) {
  const std::filesystem::path path = std::filesystem::path(path_).parent_path() / file;
  auto part = LoadConfig(path.string(), {}, environment_);
  if (!part) return std::move(part).error();
  parts_.push_back(std::move(part).value());
  return parts_.back().get();
}

Result<std::unique_ptr<Config>> LoadConfig(const std::string& path,
                                           const std::vector<Override>& overrides,
                                           const Environment& environment) {
  auto text = ReadText(path);
  if (!text) return std::move(text).error();
  Problems problems;
  const std::string origin = path == kStandardInput ? "standard input" : path;
  auto root = ReadYaml(text.value(), origin, Lines::kShown, problems);
  if (root == nullptr) return problems.ToError();
  if (root->kind() != ConfigNode::Kind::kMap) {
    problems.Add(origin + ": the file must be a map that begins with `pipeline: <name>`");
    return problems.ToError();
  }
  for (const Override& set : overrides) ApplyOverride(*root, set, problems);
  // Last, so that a variable need not be set where its value is overridden.
  ExpandTree(*root, environment, problems);
  return std::make_unique<Config>(path, std::move(root), std::move(problems), environment);
}

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

}  // namespace sluice
