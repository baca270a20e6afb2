// The one-time setup code as the decisions need it (implemented in adapters/accounts).
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace vistter::studio {

class SetupCode {
  public:
    virtual ~SetupCode() = default;
    // Nothing once it was consumed.
    virtual std::optional<std::string> current() const = 0;
    // Whether `text` is the code, compared in constant time; case, spaces and the dash do not
    // matter.
    virtual bool matches(const std::string& text) const = 0;
    // For ever: also the file is gone.
    virtual void consume() = 0;
};

}  // namespace vistter::studio
