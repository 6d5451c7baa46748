add_library(sluice_flags INTERFACE)
target_compile_options(sluice_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
# GCC 12 sees overlaps inside std::string that are not there (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(sluice_flags INTERFACE -Wno-restrict)
endif()
# A precompiled header that a target cannot use costs time, nothing else.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(sluice_flags INTERFACE -Wno-error=invalid-pch)
endif()
# hiredis asks for it; whoever shares precompiled headers has to agree on it.
target_compile_definitions(sluice_flags INTERFACE _FILE_OFFSET_BITS=64)
# In-situ parsing pays only with SIMD; safe on any x86-64 and needs no -m flag.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_definitions(sluice_flags INTERFACE RAPIDJSON_SSE2)
endif()
if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()
