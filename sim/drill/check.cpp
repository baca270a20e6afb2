// The judge: what was ordered, against Studio's records and answers, the appliances' journals and
// effects, and both chained ledgers.
#include <algorithm>
#include <tuple>

#include "cli/ledger/ledger_file.hpp"
#include "sim/drill/drill.hpp"

namespace vistter::drill {
namespace {

constexpr std::int64_t all_rows = 1'000'000'000;

struct Answers {
    std::int64_t first = 0, ends = 0;
};

Answers answers_of(store::Database& database, const std::string& message_id) {
    auto row =
        database.prepare("SELECT first_answers, ends FROM drill_answer WHERE message_id = ?");
    row.bind(message_id);
    return row.step() ? Answers{row.integer(0), row.integer(1)} : Answers{};
}

void check_studio(Outcome& outcome, const Ordered& command, sim::StudioEnd& studio) {
    const auto record = studio.channel().find(command.message_id);
    if (!record || !record->terminal) {
        ++outcome.lost;
        return;
    }
    const Answers answers = answers_of(studio.database(), command.message_id);
    const bool well = record->state == (command.of_lane ? "succeeded" : "completed");
    // The first answer itself may be lost with the connection and then comes as "duplicate".
    if (!well || answers.first > 1 || answers.ends > (command.of_lane ? 1 : 0) ||
        answers.first + answers.ends == 0) {
        ++outcome.disagreed;
    }
}

// `expected`: what Studio ordered of this lane, in its order.
void check_effects(Outcome& outcome, const std::vector<std::string>& expected,
                   const std::vector<std::string>& effects) {
    std::map<std::string, std::int64_t> times;
    for (const auto& id : effects) ++times[id];
    for (const auto& id : expected) {
        const std::int64_t acted = times[id];
        outcome.lost += acted == 0 ? 1 : 0;
        outcome.doubled += std::max<std::int64_t>(0, acted - 1);
    }
    std::map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < expected.size(); ++i) place[expected[i]] = i;
    std::size_t furthest = 0;
    for (const auto& id : effects) {
        const auto found = place.find(id);
        if (found == place.end()) continue;
        outcome.disordered += found->second < furthest ? 1 : 0;
        furthest = std::max(furthest, found->second);
    }
}

std::int64_t unfinished(store::Database& database) {
    auto row = database.prepare("SELECT COUNT(*) FROM road_command WHERE state <> 'finished'");
    return row.step() ? row.integer(0) : 0;
}

std::vector<link::LedgerRow> device_ledger(store::Database& database) {
    std::vector<link::LedgerRow> rows;
    auto row = database.prepare(
        "SELECT n, at_ms, direction, type, message_id, content, prev, hash FROM road_ledger "
        "ORDER BY n");
    while (row.step()) {
        rows.push_back({row.integer(0),
                        {row.integer(1)},
                        row.text(2),
                        row.text(3),
                        row.text(4),
                        row.text(5),
                        row.text(6),
                        row.text(7)});
    }
    return rows;
}

// Both ends kept the same conversation: each chain holds, each anchor is a row the other has, and
// no message came that the other never sent or sent otherwise.
void check_ledgers(Outcome& outcome, const std::vector<link::LedgerRow>& device,
                   const std::vector<link::LedgerRow>& studio) {
    const auto chains = cli::chain_findings(device).size() + cli::chain_findings(studio).size();
    outcome.ledger_faults += static_cast<std::int64_t>(chains);
    if (chains > 0) return;
    for (const auto& [rows, other] : {std::tie(device, studio), std::tie(studio, device)}) {
        const cli::Comparison compared = cli::compare(rows, other);
        outcome.ledger_faults += static_cast<std::int64_t>(compared.findings.size());
        outcome.ledger_matched += compared.matched;
    }
}

}  // namespace

void check(Outcome& outcome, const std::vector<Ordered>& ordered, sim::StudioEnd& studio,
           sim::Fleet& fleet) {
    if (!studio.running()) studio.start();
    std::vector<std::vector<std::string>> expected[2];
    for (auto& lanes : expected) lanes.resize(fleet.appliances().size());
    for (const Ordered& command : ordered) {
        expected[command.of_lane ? 1 : 0][command.appliance].push_back(command.message_id);
        check_studio(outcome, command, studio);
    }
    for (std::size_t i = 0; i < fleet.appliances().size(); ++i) {
        auto& appliance = *fleet.appliances()[i];
        if (!appliance.running()) {
            outcome.lost +=
                static_cast<std::int64_t>(expected[0][i].size() + expected[1][i].size());
            continue;
        }
        for (const bool of_lane : {false, true})
            check_effects(outcome, expected[of_lane ? 1 : 0][i], appliance.log().effects(of_lane));
        outcome.lost += unfinished(appliance.database());
        check_ledgers(outcome, device_ledger(appliance.database()),
                      studio.channel().ledger_rows(appliance.member().device_id, 0, all_rows));
    }
}

}  // namespace vistter::drill
