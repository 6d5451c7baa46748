#include "redis/resp_writer.h"

#include <charconv>

namespace sluice {
namespace {

void AppendHead(std::string& out, char type, std::size_t count) {
  char text[24];
  text[0] = type;
  char* end = std::to_chars(text + 1, text + 22, count).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.append(text, end);
}

}  // namespace

void AppendRespArray(std::string& out, std::size_t count) { AppendHead(out, '*', count); }

std::size_t AppendRespBulk(std::string& out, std::string_view bytes) {
  AppendHead(out, '$', bytes.size());
  const std::size_t at = out.size();
  out.append(bytes);
  out.append("\r\n", 2);
  return at;
}

void AppendRespCommand(std::string& out, std::initializer_list<std::string_view> arguments) {
  AppendRespArray(out, arguments.size());
  for (const std::string_view argument : arguments) AppendRespBulk(out, argument);
}

}  // namespace sluice
