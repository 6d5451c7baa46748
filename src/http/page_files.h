#pragma once

#include <span>
#include <string_view>

namespace sluice {

/// A file of src/http/page, as it was when the program was built.
struct PageFile {
  std::string_view name;  ///< "index.html"
  std::string_view etag;  ///< In quotes, as HTTP has it; of the content.
  std::string_view bytes;
};

/// All of them. The build makes the source of it (cmake/embed.cmake).
std::span<const PageFile> PageFiles();

}  // namespace sluice
