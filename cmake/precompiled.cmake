# ccache needs these to understand precompiled headers; scripts/build sets the rest.
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache" AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

# Headers that most files include, compiled once. CMAKE_DISABLE_PRECOMPILE_HEADERS=ON does without: the preset release
# does, so that a file that forgets an include is found.
add_library(sluice_precompiled OBJECT ${CMAKE_CURRENT_LIST_DIR}/precompiled.cc)
target_link_libraries(sluice_precompiled PRIVATE sluice_flags)
target_precompile_headers(sluice_precompiled PRIVATE
  <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <string> <string_view>
  <unordered_map> <utility> <variant> <vector>)
