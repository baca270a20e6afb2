// libqrencode finds the modules; both drawings read them through the same grid.
#include "qr/qr_code.hpp"

#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

namespace vistter::qr {
namespace {

constexpr int quiet = 4;  // the standard's quiet zone

class Grid {
  public:
    static Result<Grid> of(std::string_view text) {
        Code code(
            QRcode_encodeData(static_cast<int>(text.size()),
                              reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M),
            &QRcode_free);
        if (!code) return fail(ErrorCode::VAL_TOO_BIG, "the text does not fit into a QR code");
        return Grid(std::move(code));
    }
    int size() const { return code_->width + 2 * quiet; }
    bool black(int row, int column) const {
        row -= quiet;
        column -= quiet;
        if (row < 0 || column < 0 || row >= code_->width || column >= code_->width) return false;
        return (code_->data[row * code_->width + column] & 1U) != 0;
    }

  private:
    using Code = std::unique_ptr<QRcode, decltype(&QRcode_free)>;
    explicit Grid(Code code) : code_(std::move(code)) {}
    Code code_;
};

}  // namespace

Result<std::string> to_terminal(std::string_view text) {
    const auto grid = Grid::of(text);
    if (!grid) return grid.error();
    std::string out;
    for (int row = 0; row < grid->size(); row += 2) {
        out += "\x1b[30;107m";
        for (int column = 0; column < grid->size(); ++column) {
            const bool upper = grid->black(row, column), lower = grid->black(row + 1, column);
            out += upper ? (lower ? "\u2588" : "\u2580") : (lower ? "\u2584" : " ");
        }
        out += "\x1b[0m\n";
    }
    return out;
}

Result<std::string> to_svg(std::string_view text) {
    const auto grid = Grid::of(text);
    if (!grid) return grid.error();
    std::string path;
    for (int row = 0; row < grid->size(); ++row) {
        for (int column = 0; column < grid->size(); ++column) {
            if (!grid->black(row, column)) continue;
            int length = 1;
            while (grid->black(row, column + length)) ++length;
            path += fmt::format("M{} {}h{}v1h-{}z", column, row, length, length);
            column += length;
        }
    }
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/><path d="{1}"/></svg>)",
        grid->size(), path);
}

}  // namespace vistter::qr
