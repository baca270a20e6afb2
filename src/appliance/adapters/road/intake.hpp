// Group commit on the way in: messages that are ready together share one transaction and one fsync
// (contract B.4). A single message does not wait for others.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "appliance/adapters/road/executor.hpp"
#include "appliance/adapters/road/message_codec.hpp"
#include "link/receiver.hpp"

namespace vistter::appliance {

// An authenticated message on its way through the pipeline.
struct Arrival {
    Arrived arrived;
    crypto::Digest digest{};  // of the message
    SteadyTime at;
    int connection = 0;                        // of which connection it came
    bool redelivered = false;                  // the transport may have delivered it before
    std::optional<link::Judgement> judgement;  // made once, whatever becomes of the transaction
};

struct IntakePorts {
    // Inside a transaction when the message stores something, alone otherwise.
    std::function<void(Arrival&)> take;
    // The group is durable: what was held back may leave.
    std::function<void(const std::vector<Arrival>&)> committed;
    // The group was rolled back; its messages are taken one by one next.
    std::function<void()> undone;
    // Not even alone: storage, or a handler that threw.
    std::function<void(Arrival&, const std::exception&)> spoiled;
};

class Intake {
  public:
    static constexpr std::size_t group_limit = 64;

    Intake(async::Loop& loop, Executor& executor, IntakePorts ports)
        : loop_(loop), executor_(executor), ports_(std::move(ports)) {}

    void add(Arrival arrival);
    // While a group's transaction is open nothing may leave.
    bool in_group() const { return in_group_; }

  private:
    void post_look();
    void look();
    void drain();
    void take_group(std::vector<Arrival> group);
    bool commit(std::vector<Arrival>& group, std::exception_ptr& fault);

    async::Loop& loop_;
    Executor& executor_;
    IntakePorts ports_;
    std::vector<Arrival> waiting_;
    std::size_t seen_ = 0;
    bool posted_ = false;
    bool in_group_ = false;
    // Shared with posted looks, which may outlive the intake.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::appliance
