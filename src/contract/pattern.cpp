// Thompson's construction and the subset construction (Aho, Sethi, Ullman, chapter 3), done once at
// start.
#include "contract/pattern.hpp"

#include <algorithm>
#include <bitset>
#include <map>
#include <stdexcept>
#include <string>

namespace vistter::contract {
namespace {

using Bytes256 = std::bitset<256>;

// A state has either one edge over a set of bytes or up to two empty edges.
struct State {
    Bytes256 bytes;
    int target = -1;  // over `bytes`
    int empty_a = -1;
    int empty_b = -1;
};

struct Fragment {
    int start = 0;
    int end = 0;  // a state without edges yet
};

class Builder {
  public:
    explicit Builder(std::string_view expression) : text_(expression) {}

    std::vector<State> states;

    Fragment build() {
        if (text_.size() < 2 || text_.front() != '^' || text_.back() != '$') wrong("must be ^...$");
        text_ = text_.substr(1, text_.size() - 2);
        const Fragment whole = alternatives();
        if (at_ != text_.size()) wrong("unexpected )");
        return whole;
    }

  private:
    [[noreturn]] void wrong(const std::string& why) const {
        throw std::invalid_argument("pattern " + std::string(text_) + ": " + why);
    }
    int add() {
        states.emplace_back();
        return static_cast<int>(states.size()) - 1;
    }
    void join(int from, int to) {
        State& state = states[static_cast<std::size_t>(from)];
        (state.empty_a < 0 ? state.empty_a : state.empty_b) = to;
    }

    Fragment alternatives() {
        Fragment all = sequence();
        while (at_ < text_.size() && text_[at_] == '|') {
            ++at_;
            const Fragment other = sequence();
            const int start = add();
            const int end = add();
            join(start, all.start);
            join(start, other.start);
            join(all.end, end);
            join(other.end, end);
            all = {start, end};
        }
        return all;
    }

    Fragment sequence() {
        const int start = add();
        int end = start;
        while (at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
            const Fragment part = repeated();
            join(end, part.start);
            end = part.end;
        }
        return {start, end};
    }

    // An atom as often as its quantifier says; each copy is built by reading the atom again.
    Fragment repeated() {
        const std::size_t atom_at = at_;
        Fragment first = atom();
        const std::size_t after_atom = at_;
        const auto [least, most] = quantifier();
        const std::size_t after_all = at_;
        const int start = add();
        int end = start;
        const int copies = std::max({1, least, most});
        const int exit = add();
        for (int copy = 0; copy < copies; ++copy) {
            at_ = atom_at;
            const Fragment part = copy == 0 ? first : atom();
            if (copy >= least) {
                const int gate = add();
                join(end, gate);
                join(gate, exit);
                end = gate;
            }
            join(end, part.start);
            end = part.end;
            if (most < 0 && copy == copies - 1) loop_back(part, end);
        }
        join(end, exit);
        at_ = std::max(after_atom, after_all);
        return {start, exit};
    }

    // For * and +: after the last copy it may run once more.
    void loop_back(const Fragment& part, int& end) {
        const int gate = add();
        join(end, gate);
        join(gate, part.start);
        end = add();
        join(gate, end);
    }

    std::pair<int, int> quantifier() {
        if (at_ >= text_.size()) return {1, 1};
        switch (text_[at_]) {
            case '?':
                ++at_;
                return {0, 1};
            case '*':
                ++at_;
                return {0, -1};
            case '+':
                ++at_;
                return {1, -1};
            case '{':
                break;
            default:
                return {1, 1};
        }
        const std::size_t close = text_.find('}', at_);
        if (close == text_.npos) wrong("{ without }");
        const std::string inside(text_.substr(at_ + 1, close - at_ - 1));
        at_ = close + 1;
        const std::size_t comma = inside.find(',');
        const int least = std::stoi(inside.substr(0, comma));
        const int most = comma == inside.npos ? least : std::stoi(inside.substr(comma + 1));
        if (least < 0 || most < least || most == 0 || most > 1000) wrong("bad count");
        return {least, most};
    }

    Fragment atom() {
        const char c = text_[at_];
        if (c == '(') {
            ++at_;
            if (text_.substr(at_).starts_with("?:")) at_ += 2;
            const Fragment inner = alternatives();
            if (at_ >= text_.size() || text_[at_] != ')') wrong("( without )");
            ++at_;
            return inner;
        }
        if (c == '[') return over(byte_class());
        if (c == '.') {
            ++at_;
            return over(Bytes256().set().reset('\n'));
        }
        if (std::string_view("^$*+?{}").find(c) != std::string_view::npos)
            wrong("unexpected symbol");
        return over(Bytes256().set(literal()));
    }

    Fragment over(const Bytes256& bytes) {
        const int start = add();
        const int end = add();
        states[static_cast<std::size_t>(start)].bytes = bytes;
        states[static_cast<std::size_t>(start)].target = end;
        return {start, end};
    }

    std::size_t literal() {
        if (text_[at_] == '\\') {
            ++at_;
            if (at_ >= text_.size() || std::isalnum(static_cast<unsigned char>(text_[at_])))
                wrong("unknown escape");
        }
        return static_cast<unsigned char>(text_[at_++]);
    }

    Bytes256 byte_class() {
        ++at_;
        const bool negated = at_ < text_.size() && text_[at_] == '^';
        if (negated) ++at_;
        Bytes256 bytes;
        while (at_ < text_.size() && text_[at_] != ']') {
            const std::size_t low = literal();
            std::size_t high = low;
            if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
                ++at_;
                high = literal();
            }
            for (std::size_t byte = low; byte <= high; ++byte) bytes.set(byte);
        }
        if (at_ >= text_.size()) wrong("[ without ]");
        ++at_;
        return negated ? ~bytes : bytes;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

using StateSet = std::vector<int>;

// The states reachable over empty edges, sorted.
StateSet closure(const std::vector<State>& states, StateSet open) {
    std::vector<bool> seen(states.size());
    StateSet all;
    while (!open.empty()) {
        const int index = open.back();
        open.pop_back();
        if (index < 0 || seen[static_cast<std::size_t>(index)]) continue;
        seen[static_cast<std::size_t>(index)] = true;
        all.push_back(index);
        open.push_back(states[static_cast<std::size_t>(index)].empty_a);
        open.push_back(states[static_cast<std::size_t>(index)].empty_b);
    }
    std::sort(all.begin(), all.end());
    return all;
}

}  // namespace

Pattern::Pattern(std::string_view expression) {
    Builder builder(expression);
    const Fragment whole = builder.build();
    const auto& states = builder.states;
    std::map<StateSet, std::uint16_t> numbers;
    std::vector<StateSet> rows;
    const auto number_of = [&](StateSet set) {
        const auto [it, fresh] = numbers.emplace(set, static_cast<std::uint16_t>(rows.size()));
        if (fresh) {
            if (rows.size() >= dead) throw std::invalid_argument("pattern is too large");
            accepts_.push_back(std::binary_search(set.begin(), set.end(), whole.end));
            rows.push_back(std::move(set));
        }
        return it->second;
    };
    number_of(closure(states, {whole.start}));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        next_.emplace_back().fill(dead);
        std::map<StateSet, std::uint16_t> seen;  // most bytes lead to the same few sets
        for (std::size_t byte = 0; byte < 256; ++byte) {
            StateSet reached;
            for (const int index : rows[row]) {
                const State& state = states[static_cast<std::size_t>(index)];
                if (state.target >= 0 && state.bytes[byte]) reached.push_back(state.target);
            }
            if (reached.empty()) continue;
            const auto known = seen.find(reached);
            if (known != seen.end()) {
                next_[row][byte] = known->second;
                continue;
            }
            const std::uint16_t number = number_of(closure(states, reached));
            seen.emplace(std::move(reached), number);
            next_[row][byte] = number;
        }
    }
}

bool Pattern::matches(std::string_view text) const {
    std::uint16_t row = 0;
    for (const char c : text) {
        row = next_[row][static_cast<unsigned char>(c)];
        if (row == dead) return false;
    }
    return accepts_[row];
}

}  // namespace vistter::contract
