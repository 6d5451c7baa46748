#pragma once

#include <string_view>

#include "sluice/document.h"

namespace sluice {

/// The codec's door into Document.
class DocumentBuilder {
 public:
  /// `decoded` has the length of `source`: its names and strings stand decoded where they start
  /// in the source, so that an offset means the same in both. Both live as long as `arena`'s
  /// content.
  static void Build(Document& document, Node* root, std::string_view source, const char* decoded,
                    Arena& arena) {
    document.root_ = root;
    document.source_ = source;
    document.decoded_ = decoded;
    document.arena_ = &arena;
    document.version_ = 0;
  }
  /// Makes `part` the document of `object`, which stands in `whole`: both see the same nodes, but
  /// edits of the part no longer show in the whole.
  static void Take(const Document& whole, Value object, Document& part) {
    auto* root = const_cast<Node*>(object.node());
    root->parent = nullptr;
    Build(part, root, whole.source_, whole.decoded_, *whole.arena_);
  }
  static Node* Root(Document& document) { return document.root_; }
};

}  // namespace sluice
