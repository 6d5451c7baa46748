#pragma once

#include <string_view>

namespace sluice {

/// KEYS: the mark, the hash; ARGV: the field, the mark's time to live in milliseconds. Returns 1 if
/// it counted, 0 if the mark was there.
///
/// Redis takes nothing back of a script that fails halfway, so that the script does it. A pcall
/// leaves the text of an error as the command has it, by which errors are told apart.
constexpr std::string_view kIncrementScript =
    "local known = redis.pcall('EXISTS', KEYS[1])\n"
    "if known == 1 then return 0 end\n"
    "if known ~= 0 then return known end\n"
    "local counted = redis.pcall('HINCRBY', KEYS[2], ARGV[1], 1)\n"
    "if type(counted) == 'table' then return counted end\n"
    "local marked = redis.pcall('SET', KEYS[1], '', 'PX', ARGV[2])\n"
    "if marked.err then\n"
    "  redis.call('HINCRBY', KEYS[2], ARGV[1], -1)\n"
    "  return marked\n"
    "end\n"
    "return 1\n";

/// SHA-1 of the script, by which EVALSHA names it; a test compares the two.
constexpr std::string_view kIncrementScriptSha = "be58787f08d3ec8899009edd89cc429e5f7adc88";

}  // namespace sluice
