#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/requests.h"
#include "sluice/table_store.h"
#include "stages/update_user/user_fields.h"
#include "util/seeded_hash.h"

namespace sluice::stages {

/// The hashes of the users that a batch changes: read once, changed in memory, written once.
///
/// Per batch: Add and Need, Read, Change in the order of the events, Write.
class CachedUsers {
 public:
  CachedUsers(std::unique_ptr<TableStore> store, const std::string& name,
              const std::vector<std::string>& removable_fields);

  Requests<TableStore, std::size_t>& store() { return store_; }

  void Clear();
  /// The user under the key, which must live as long as the batch.
  std::size_t Add(std::string_view key);
  /// Its removable fields have to be read.
  void NeedFields(std::size_t user) { users_[user].needed = true; }

  Status Read();
  /// Puts the fields; where it `removes`, the removable ones that are not among them and hold
  /// something go. The fields must live until Write returns.
  void Change(std::size_t user, const UserFields& fields, bool removes);
  Status Write();
  /// Something else than a hash stands under the key, and nothing was written there.
  [[nodiscard]] bool is_of_wrong_type(std::size_t user) const { return users_[user].wrong_type; }

 private:
  struct User {
    std::string_view key;
    bool needed = false;
    bool wrong_type = false;
    std::vector<bool> filled = {};         ///< By removable field: whether it holds something.
    std::vector<TableField> put = {};      ///< What is to be written.
    std::vector<TableField> removed = {};  ///< What is to go.
  };

  void Remove(User& user, std::size_t removable);
  void Put(User& user, const TableField& field);

  Requests<TableStore, std::size_t> store_;
  std::vector<std::string> names_;
  std::vector<TableField> removable_;  ///< Views of `names_`.
  std::vector<User> users_;
  std::unordered_map<std::string_view, std::size_t, SeededStringHash> by_key_;
};

}  // namespace sluice::stages
