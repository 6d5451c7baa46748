// Any bytes: reading never crashes, what is written can be read, and is then written the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/json_reader.h"
#include "codec/text.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Write(const sluice::Document& document) {
  std::string out;
  document.AppendTo(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sluice::Path;
  static const Path kFlags("/flags");
  static const Path kFlag("/flags/f");
  static const Path kDeep("/a/b");
  const std::string text(reinterpret_cast<const char*>(data), size);
  sluice::Arena arena;
  sluice::Document document;
  sluice::JsonReader reader;
  if (reader.Read(text, arena, document) != nullptr) {
    Check(Write(document) == "{}");
    return 0;
  }
  const std::string first = Write(document);
  Check(sluice::IsWellFormed(first));
  sluice::Document again;
  Check(reader.Read(first, arena, again) == nullptr);
  Check(Write(again) == first);

  const bool object = document.EnsureObject(kFlags);
  Check(document.SetBool(kFlag, true) == object);
  document.SetString(kDeep, text.substr(0, 8));
  document.Remove(Path("/b"));
  if (sluice::IsWellFormed(text.substr(0, 8))) {
    sluice::Document edited;
    const std::string second = Write(document);
    Check(reader.Read(second, arena, edited) == nullptr);
    Check(!object || edited.Find(kFlag).IsTrue());
    Check(!edited.Find(Path("/b")).exists());
  }
  return 0;
}
