// The long pairing token. Its check is a weighted sum modulo 37: the weights are distinct and 37 is
// prime, so one wrong symbol or two exchanged ones always change it.
#include "crypto/pairing_token.hpp"

#include <algorithm>

#include "crypto/digest.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t data_symbols = 32;  // 160 bits
constexpr std::size_t group = 5;
constexpr int modulus = 37;
constexpr std::string_view extra_check_symbols = "*~$=U";  // Crockford's, for the values 32 to 36

int check_value(std::string_view data) {
    int sum = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        sum += static_cast<int>(i + 1) * crockford_value(data[i]).value_or(0);
    }
    return sum % modulus;
}

char check_symbol(int value) {
    auto at = static_cast<std::size_t>(value);
    if (at < crockford_alphabet.size()) return crockford_alphabet[at];
    return extra_check_symbols[at - crockford_alphabet.size()];
}

std::optional<int> check_symbol_value(char symbol) {
    auto extra = extra_check_symbols.find(symbol == 'u' ? 'U' : symbol);
    if (extra != std::string_view::npos) return static_cast<int>(crockford_alphabet.size() + extra);
    return crockford_value(symbol);
}

Error mistyped() {
    return fail(ErrorCode::PAIR_CHECK,
                "the pairing token is mistyped; compare it with the one Studio shows");
}

}  // namespace

PairingToken make_pairing_token(const PublicKey& studio_root, Random& random) {
    PairingToken token;
    random.fill(token.secret);
    Digest pin = studio_root.spki_sha256();
    std::copy_n(pin.begin(), token.root_pin.size(), token.root_pin.begin());
    return token;
}

std::string format_pairing_token(const PairingToken& token) {
    Bytes bytes(token.secret.begin(), token.secret.end());
    bytes.insert(bytes.end(), token.root_pin.begin(), token.root_pin.end());
    std::string symbols = to_crockford(bytes);
    symbols.push_back(check_symbol(check_value(symbols)));
    std::string text;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        if (i > 0 && i % group == 0) text.push_back('-');
        text.push_back(symbols[i]);
    }
    return text;
}

Result<PairingToken> parse_pairing_token(std::string_view text) {
    std::string symbols;
    for (char c : text) {
        if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (symbols.size() > data_symbols) return mistyped();
        symbols.push_back(c);
    }
    if (symbols.size() != data_symbols + 1) return mistyped();
    std::string_view data = std::string_view(symbols).substr(0, data_symbols);
    PairingToken token;
    std::optional<Bytes> bytes = from_crockford(data, token.secret.size() + token.root_pin.size());
    if (!bytes || check_symbol_value(symbols.back()) != check_value(data)) return mistyped();
    std::copy_n(bytes->begin(), token.secret.size(), token.secret.begin());
    std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(token.secret.size()),
                token.root_pin.size(), token.root_pin.begin());
    return token;
}

std::string pairing_secret_hash(const PairingToken& token, std::string_view serial) {
    std::string text = "vistter-pairing";
    text.push_back('\0');
    text += serial;
    text.push_back('\0');
    text += as_text(token.secret);
    return sha256_hex(text);
}

bool pin_matches(const PairingToken& token, const PublicKey& root) {
    Digest pin = root.spki_sha256();
    return equal_constant_time(token.root_pin, ByteView(pin).first(token.root_pin.size()));
}

}  // namespace vistter::crypto
