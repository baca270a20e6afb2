// Writes a small JSON object (an EVENT's context, an ACK's result) without anybody seeing a JSON library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vistter::contract {

class ObjectWriter {
  public:
    ObjectWriter& text(std::string_view key, std::string_view value);
    ObjectWriter& integer(std::string_view key, std::int64_t value);
    ObjectWriter& number(std::string_view key, double value);  // must be finite
    ObjectWriter& boolean(std::string_view key, bool value);
    ObjectWriter& null(std::string_view key);
    ObjectWriter& texts(std::string_view key, const std::vector<std::string>& values);
    // `json` must be valid JSON text.
    ObjectWriter& raw(std::string_view key, std::string_view json);
    // The object's text; "{}" if nothing was added. The writer may be used on.
    std::string str() const;

  private:
    void key(std::string_view name);
    std::string members_;
};

// The shortest decimal that reads back as the same double, e.g. "0.1". Not finite is a bug (asserted; "0").
std::string number_text(double value);

}  // namespace vistter::contract
