// Counts allocations: linked into a benchmark, or as a library of its own that is preloaded into
// any program. There, with SLUICE_ALLOCATIONS=FILE, the counts of all threads that ever allocated
// are written to FILE when the program exits, a line each: thread name, own, client libraries'.
#include "bench/allocation_count.h"

#include <link.h>
#include <sys/prctl.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
// glibc's own names of the functions that this file replaces.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* at, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

struct Thread {
  std::uint64_t own = 0;
  std::uint64_t libraries = 0;
  char name[16] = "";
};

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

std::array<Thread, 512> threads;
std::atomic<std::size_t> thread_count = 0;
std::array<Range, 4> client_libraries;
std::size_t client_library_count = 0;

// Looked up without a call that could allocate.
__attribute__((tls_model("initial-exec"))) thread_local Thread* this_thread = nullptr;

Thread& ThisThread() {
  if (this_thread == nullptr) {
    const std::size_t index = thread_count.fetch_add(1);
    this_thread = &threads[index < threads.size() ? index : threads.size() - 1];
  }
  return *this_thread;
}

int NoteLibrary(dl_phdr_info* library, std::size_t /*size*/, void* /*data*/) {
  const bool client = std::strstr(library->dlpi_name, "/librdkafka.so") != nullptr ||
                      std::strstr(library->dlpi_name, "/libhiredis.so") != nullptr;
  if (!client || client_library_count == client_libraries.size()) return 0;
  Range range{UINTPTR_MAX, 0};
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const auto& part = library->dlpi_phdr[i];
    if (part.p_type != PT_LOAD) continue;
    const std::uintptr_t begin = library->dlpi_addr + part.p_vaddr;
    range.begin = begin < range.begin ? begin : range.begin;
    range.end = begin + part.p_memsz > range.end ? begin + part.p_memsz : range.end;
  }
  client_libraries[client_library_count++] = range;
  return 0;
}

__attribute__((constructor)) void NoteLibraries() { dl_iterate_phdr(NoteLibrary, nullptr); }

void Count(const void* caller) {
  Thread& thread = ThisThread();
  const auto at = reinterpret_cast<std::uintptr_t>(caller);
  for (std::size_t i = 0; i < client_library_count; ++i) {
    if (at >= client_libraries[i].begin && at < client_libraries[i].end) {
      ++thread.libraries;
      return;
    }
  }
  // A thread gets its name after its first allocations: one look now and then is enough.
  if ((thread.own++ & 63) == 0) prctl(PR_GET_NAME, thread.name);
}

__attribute__((destructor)) void Report() {
  const char* path = std::getenv("SLUICE_ALLOCATIONS");
  std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "w");
  if (file == nullptr) return;
  for (std::size_t i = 0; i < thread_count && i < threads.size(); ++i) {
    std::fprintf(file, "%s %llu %llu\n", threads[i].name[0] == '\0' ? "-" : threads[i].name,
                 static_cast<unsigned long long>(threads[i].own),
                 static_cast<unsigned long long>(threads[i].libraries));
  }
  std::fclose(file);
}

}  // namespace

namespace sluice::bench {
std::uint64_t AllocationsOfThisThread() { return ThisThread().own; }
}  // namespace sluice::bench

extern "C" {

void* malloc(std::size_t size) {
  Count(__builtin_return_address(0));
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  Count(__builtin_return_address(0));
  return __libc_calloc(count, size);
}

void* realloc(void* at, std::size_t size) {
  Count(__builtin_return_address(0));
  return __libc_realloc(at, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  Count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** at, std::size_t alignment, std::size_t size) {
  Count(__builtin_return_address(0));
  *at = __libc_memalign(alignment, size);
  return *at == nullptr ? ENOMEM : 0;
}

}  // extern "C"
