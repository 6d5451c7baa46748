#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "schema/schema_node.h"

namespace sluice {

/// Makes JSON texts around the border between what a schema accepts and what it refuses: values
/// made from the schema, most of them then changed in a place or two. Same seed, same texts.
class EventGenerator {
 public:
  explicit EventGenerator(std::uint64_t seed) : random_(seed) {}

  /// An object's text.
  std::string Next(const SchemaNode& schema);

 private:
  struct Json {
    enum class Kind : std::uint8_t { kScalar, kArray, kObject };
    Kind kind = Kind::kScalar;
    std::string scalar;  ///< As JSON text.
    std::vector<Json> children;
    std::string name;  ///< As JSON text; of an object's child.
  };

  bool OneIn(unsigned n) { return random_() % n == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[random_() % from.size()];
  }

  Json Make(const SchemaNode& schema, int depth);
  void AddMembers(const SchemaNode& schema, Json& object, int depth);
  Json MakeScalar(const SchemaNode& schema, ValueType type);
  Json Anything(int depth);
  void Mutate(Json& root);
  void MutateObject(Json& object);
  Json& PickPlace(Json& root);
  static Json Scalar(std::string text) { return {Json::Kind::kScalar, std::move(text), {}, {}}; }
  static Json Empty(Json::Kind kind) { return {kind, {}, {}, {}}; }
  static void Add(Json& parent, std::string name, Json child) {
    child.name = std::move(name);
    parent.children.push_back(std::move(child));
  }
  static void Replace(Json& place, Json json) {
    json.name = place.name;
    place = std::move(json);
  }
  static void Write(const Json& json, std::string& text);

  std::mt19937_64 random_;
};

}  // namespace sluice
