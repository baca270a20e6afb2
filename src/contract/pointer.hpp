// The way to a value as a chain on the stack; it becomes an RFC 6901 pointer only when somebody
// asks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vistter::contract {

// Each link names its parent, which must outlive it.
class Path {
  public:
    Path() = default;
    Path(const Path& parent, std::string_view name) : parent_(&parent), name_(name) {}
    Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index), indexed_(true) {}
    std::string pointer() const;

  private:
    const Path* parent_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
    bool indexed_ = false;
};

// `step` with ~ and / escaped as RFC 6901 section 3 asks.
std::string pointer_step(std::string_view step);

}  // namespace vistter::contract
