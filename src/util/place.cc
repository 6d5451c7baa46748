#include "util/place.h"

#include <filesystem>
#include <system_error>

namespace sluice {

std::string PlaceOf(const std::string& path) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::current_path(error);
  if (error || path.empty() || std::filesystem::path(path).is_absolute()) return path;
  return path + " (in the folder " + folder.string() + ")";
}

}  // namespace sluice
