// Which sequence numbers of a session Studio does not hold: not come yet, or not durable yet. What
// a RECEIPT may say follows from it (contract B.9).
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <vector>

namespace vistter::studio {

class SeqGaps {
  public:
    static constexpr std::int64_t most = 1'024;  // the replay window, and what a RECEIPT can list

    // `seq` came for the first time; until held() it counts as missing. False: it leaves more open
    // than can ever be filled.
    bool came(std::int64_t seq) {
        if (seq - highest_ > most) return false;
        for (std::int64_t gap = highest_ + 1; gap < seq; ++gap) missing_.insert(gap);
        missing_.insert(seq);
        highest_ = std::max(highest_, seq);
        return true;
    }
    void held(std::int64_t seq) { missing_.erase(seq); }
    // A HEARTBEAT has proven that nothing which counts is missing up to here, but for `waiting`:
    // the holes were METRICS.
    void proven(std::int64_t up_to, const std::set<std::int64_t>& waiting) {
        for (auto it = missing_.begin(); it != missing_.end() && *it <= up_to;)
            it = waiting.count(*it) != 0 ? std::next(it) : missing_.erase(it);
    }

    // What a RECEIPT says: everything up to `up_to_seq` is held but for `missing`.
    struct Account {
        std::int64_t up_to_seq = 0;
        std::vector<std::int64_t> missing;
    };
    Account account() const {
        Account account{highest_, {missing_.begin(), missing_.end()}};
        if (account.missing.size() > static_cast<std::size_t>(most)) {
            account.up_to_seq = account.missing[most] - 1;
            account.missing.resize(most);
        }
        return account;
    }
    // Everything up to here is held.
    std::int64_t whole_up_to() const { return missing_.empty() ? highest_ : *missing_.begin() - 1; }

  private:
    std::int64_t highest_ = 0;
    std::set<std::int64_t> missing_;
};

}  // namespace vistter::studio
