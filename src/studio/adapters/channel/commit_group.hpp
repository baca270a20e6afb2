// Group commit: what is ready in the same turns of the loop, of whatever session, becomes durable
// in one transaction with one fsync (contract B.4). A single piece of work does not wait for
// others.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "async/loop.hpp"
#include "store/database.hpp"

namespace vistter::studio {

class CommitGroup {
  public:
    static constexpr std::size_t limit = 64;

    struct Work {
        // Inside the transaction, in the order of add(). Stores only; called once more with
        // `again` when it threw something else than a StorageFailure, and given up when it then
        // throws again.
        std::function<void(bool again)> write;
        // After the commit, outside of it; false: nothing was stored.
        std::function<void(bool durable)> then;
    };

    CommitGroup(async::Loop& loop, store::Database& database) : loop_(loop), database_(database) {}

    void add(Work work);
    // Rides on the next commit, at the latest in a second: for notes that nothing depends on.
    void add_note(std::function<void()> write);
    // Now, for a last word before the end.
    void flush();

  private:
    struct Item {
        Work work;
        bool again = false, given_up = false;
    };
    void post_look();
    void look();
    bool commit(std::vector<Item>& batch);

    async::Loop& loop_;
    store::Database& database_;
    std::vector<Item> waiting_;
    std::vector<std::function<void()>> notes_;
    std::size_t seen_ = 0;
    bool posted_ = false;
    async::Handle note_timer_;
    // Shared with posted looks, which may outlive the group.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::studio
