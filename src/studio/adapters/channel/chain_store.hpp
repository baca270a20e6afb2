// The chained ledger Studio keeps of each appliance: its own commands, the appliance's answers as
// they came, and the heads of the appliance's ledger (docs/decisions/0009).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "link/ledger_chain.hpp"
#include "store/database.hpp"

namespace vistter::studio {

// Every call throws store::StorageFailure when the database cannot do it.
class ChainStore {
  public:
    explicit ChainStore(store::Database& database) : database_(database) {}

    struct Head {
        std::int64_t rows = 0;
        std::string hash;
    };
    const Head& head(const std::string& device_id) const;
    // n, prev and hash of `row` are filled in.
    void append(const std::string& device_id, link::LedgerRow row);
    std::vector<link::LedgerRow> rows(const std::string& device_id, std::int64_t after_n,
                                      int limit) const;

    // The newest head of its own ledger an appliance has told, and the key it said so with.
    struct Peer {
        std::int64_t rows = 0;
        std::string head, kid;
    };
    Peer peer(const std::string& device_id) const;
    void set_peer(const std::string& device_id, const Peer& peer);

  private:
    store::Database& database_;
    // By device, as of `as_of_` rollbacks of the database.
    mutable std::unordered_map<std::string, Head> heads_;
    mutable std::int64_t as_of_ = 0;
};

}  // namespace vistter::studio
