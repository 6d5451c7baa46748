# Writes OUT, a source that holds the files of FOLDER as bytes (src/http/page_files.h):
#   cmake -DOUT=page_files.cc -DFOLDER=page "-DFILES=index.html;page.css" -P embed.cmake
set(arrays "")
set(entries "")
set(number 0)
foreach(name ${FILES})
  file(READ "${FOLDER}/${name}" bytes HEX)
  file(SHA256 "${FOLDER}/${name}" digest)
  string(SUBSTRING "${digest}" 0 32 digest)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "const unsigned char kFile${number}[] = {${bytes}};\n")
  string(APPEND entries "      {\"${name}\", \"\\\"${digest}\\\"\", Text(kFile${number})},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUT}" "// Made by cmake/embed.cmake.
#include \"http/page_files.h\"

#include <array>
#include <cstddef>

namespace sluice {
namespace {

template <std::size_t Size>
std::string_view Text(const unsigned char (&bytes)[Size]) {
  return {reinterpret_cast<const char*>(bytes), Size};
}

${arrays}
}  // namespace

std::span<const PageFile> PageFiles() {
  static const std::array<PageFile, ${number}> kFiles{{
${entries}  }};
  return kFiles;
}

}  // namespace sluice
")
