#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace sluice::stages {

/// True if the property is a list, such as `subject`, or a date, such as `createdOn`.
bool IsListProperty(std::string_view name);
bool IsDateProperty(std::string_view name);

/// The cached document of a content: its members as JSON (content-cache-updater.md 3).
///
/// An update is Begin, any number of Set, End; it leaves what the original would read back after it
/// has written. Numbers that are not set keep their text.
class ContentDocument {
 public:
  /// Reads what is in the cache, leniently; what is no JSON object counts as none. A list property
  /// that the original has broken is whole again ({"head":"Hindi","tl":{}} is ["Hindi"]).
  void Read(std::string_view text);

  /// Members that are "" go.
  void Begin();
  void Set(std::string_view name, std::string json);
  /// False if there is nothing to write. Members that are null count, but are not written.
  bool End();

  /// As JSON, members by name: the same members give the same text.
  [[nodiscard]] std::string Text() const;

 private:
  std::map<std::string, std::string, std::less<>> members_;
};

}  // namespace sluice::stages
