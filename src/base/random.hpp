// Randomness comes in from outside, so that a test can name its seed.
#pragma once

#include <cstdint>
#include <span>

namespace vistter {

class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;

    std::uint64_t next_u64();
    // Uniform in [0, bound); bound 0 gives 0.
    std::uint64_t below(std::uint64_t bound);
};

// The kernel's generator (getrandom). Thread-safe, lives for ever.
Random& machine_random();

// splitmix64 from a seed: for tests and simulations, never for keys. Not thread-safe.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::uint8_t> out) override;

  private:
    std::uint64_t state_;
};

}  // namespace vistter
