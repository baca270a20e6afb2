// The check is linear over GF(32), one weight a place: the weights are distinct and not zero, so a
// changed symbol and an exchanged pair always change the sum.
#include "crypto/pairing_code.hpp"

#include "base/bytes.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t secret_symbols = pairing_code_length - 1;
constexpr unsigned reduction = 0b100101;  // x^5 + x^2 + 1, primitive

unsigned times_x(unsigned value) {
    value <<= 1U;
    return (value & 32U) != 0 ? value ^ reduction : value;
}

unsigned product(unsigned one, unsigned other) {
    unsigned sum = 0;
    for (; other != 0; other >>= 1U, one = times_x(one))
        if ((other & 1U) != 0) sum ^= one;
    return sum;
}

char check_of(std::string_view secret) {
    unsigned sum = 0, weight = 1;
    for (const char symbol : secret) {
        weight = times_x(weight);
        sum ^= product(weight, static_cast<unsigned>(crockford_value(symbol).value_or(0)));
    }
    return crockford_alphabet[sum];
}

bool is_separator(char symbol) {
    return symbol == '-' || symbol == ' ' || symbol == '\t' || symbol == '\r' || symbol == '\n';
}

Error mistyped() {
    return fail(ErrorCode::PAIR_CHECK,
                "the pairing code is mistyped; compare it with the one Studio shows");
}

}  // namespace

std::string make_pairing_code(Random& random) {
    std::string code;
    while (code.size() < secret_symbols)
        code.push_back(crockford_alphabet[random.below(crockford_alphabet.size())]);
    code.push_back(check_of(code));
    return code;
}

std::string format_pairing_code(std::string_view code) {
    return std::string(code.substr(0, 4)) + "-" + std::string(code.substr(4));
}

bool reads_as_pairing_code(std::string_view text) {
    std::size_t symbols = 0;
    for (const char symbol : text) symbols += is_separator(symbol) ? 0 : 1;
    return symbols <= pairing_code_length + 1;
}

Result<std::string> parse_pairing_code(std::string_view text) {
    std::string code;
    for (const char symbol : text) {
        if (is_separator(symbol)) continue;
        const auto value = crockford_value(symbol);
        if (!value || code.size() == pairing_code_length) return mistyped();
        code.push_back(crockford_alphabet[static_cast<std::size_t>(*value)]);
    }
    if (code.size() != pairing_code_length) return mistyped();
    if (check_of(std::string_view(code).substr(0, secret_symbols)) != code.back())
        return mistyped();
    return code;
}

}  // namespace vistter::crypto
