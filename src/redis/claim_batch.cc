#include "redis/claim_batch.h"

#include <utility>

#include "redis/claim_holder.h"
#include "redis/resp_writer.h"

namespace sluice {

void ClaimBatch::Reset(ClaimForm form, std::chrono::seconds ttl) {
  if (tail_.empty() || form != form_ || ttl != ttl_) {
    form_ = form;
    ttl_ = ttl;
    head_.clear();
    AppendRespArray(head_, form == ClaimForm::kNxGet ? 7 : 6);
    AppendRespBulk(head_, "SET");
    tail_.clear();
    AppendRespBulk(tail_, "NX");
    if (form == ClaimForm::kNxGet) AppendRespBulk(tail_, "GET");
    AppendRespBulk(tail_, "EX");
    AppendRespBulk(tail_, std::to_string(ttl.count()));
  }
  commands_.clear();
  readers_.clear();
  claims_.clear();
  replies_.clear();
  holders_.Reset();
  failure_.reset();
  answered_ = false;
}

void ClaimBatch::Add(const Claim& claim) {
  const std::size_t begin = commands_.size();
  replies_.emplace_back();
  if (claim.mode == ClaimMode::kReadOnly) {
    AppendRespCommand(commands_, {"GET", claim.key});
    claims_.push_back({begin, readers_.size(), claim.owner.size(), claim.mode});
    readers_.append(claim.owner);
    return;
  }
  commands_.append(head_);
  AppendRespBulk(commands_, claim.key);
  const std::size_t owner = AppendRespBulk(commands_, claim.owner);
  commands_.append(tail_);
  if (form_ == ClaimForm::kNxThenGet) AppendRespCommand(commands_, {"GET", claim.key});
  claims_.push_back({begin, owner, claim.owner.size(), claim.mode});
}

std::string_view ClaimBatch::commands(std::size_t i) const {
  const std::size_t begin = claims_[i].begin;
  const std::size_t end = i + 1 < claims_.size() ? claims_[i + 1].begin : commands_.size();
  return commands().substr(begin, end - begin);
}

void ClaimBatch::MarkFound(std::size_t i, std::string_view value) {
  const Extent& claim = claims_[i];
  const std::string_view owners = reads_only(i) ? std::string_view{readers_} : commands();
  if (value == owners.substr(claim.owner, claim.owner_size)) {
    MarkClaimed(i);
  } else {
    replies_[i] = {false, holders_.Copy(HolderOf(value))};
  }
}

void ClaimBatch::Fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

Status ClaimBatch::TakeReplies(std::vector<ClaimReply>& replies) {
  if (failure_) return *std::exchange(failure_, std::nullopt);
  replies.swap(replies_);
  return Ok();
}

}  // namespace sluice
