#include "base/random.hpp"

#include <sys/random.h>

#include <cstdlib>

namespace vistter {
namespace {

class MachineRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            ssize_t got = getrandom(out.data() + done, out.size() - done, 0);
            if (got <= 0) continue;  // only EINTR is possible with these arguments
            done += static_cast<std::size_t>(got);
        }
    }
};

}  // namespace

std::uint64_t Random::next_u64() {
    std::uint8_t raw[8];
    fill(raw);
    std::uint64_t value = 0;
    for (std::uint8_t byte : raw) value = value << 8 | byte;
    return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
    if (bound == 0) return 0;
    // Values past the last whole multiple of `bound` would favour small results: draw again.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    std::uint64_t value = next_u64();
    while (value >= limit) value = next_u64();
    return value % bound;
}

Random& machine_random() {
    static MachineRandom random;
    return random;
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
    for (std::uint8_t& byte : out) {
        state_ += 0x9e3779b97f4a7c15u;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        byte = static_cast<std::uint8_t>(z ^ (z >> 31));
    }
}

}  // namespace vistter
