// Binding, stepping and reading one prepared statement.
#include "store/sqlite.hpp"

namespace vistter::store {

void Statement::State::check_bound(int result) {
    if (result != SQLITE_OK) connection->raise(result, "bind");
    ++next_parameter;
}

Statement::Statement(std::unique_ptr<State> state) : state_(std::move(state)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement::~Statement() = default;

Statement& Statement::bind(std::int64_t value) {
    state_->check_bound(sqlite3_bind_int64(state_->statement, state_->next_parameter, value));
    return *this;
}

Statement& Statement::bind(std::string_view value) {
    // A view of nothing may have a null address, which SQLite would store as NULL.
    const char* data = value.empty() ? "" : value.data();
    state_->check_bound(sqlite3_bind_text64(state_->statement, state_->next_parameter, data,
                                            value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(const std::optional<std::string>& value) {
    return value ? bind(std::string_view(*value)) : bind_null();
}

Statement& Statement::bind(const std::optional<std::int64_t>& value) {
    return value ? bind(*value) : bind_null();
}

Statement& Statement::bind_null() {
    state_->check_bound(sqlite3_bind_null(state_->statement, state_->next_parameter));
    return *this;
}

Statement& Statement::bind_real(double value) {
    state_->check_bound(sqlite3_bind_double(state_->statement, state_->next_parameter, value));
    return *this;
}

bool Statement::step() {
    int result = sqlite3_step(state_->statement);
    if (result == SQLITE_ROW) return true;
    // The statement is reset at its end, so that it holds no read lock while its owner goes on.
    state_->next_parameter = 1;
    if (result == SQLITE_DONE) {
        sqlite3_reset(state_->statement);
        return false;
    }
    state_->connection->raise(result, sqlite3_sql(state_->statement));
}

void Statement::run() {
    while (step()) {
    }
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(state_->statement, column);
}

double Statement::real(int column) const {
    return sqlite3_column_double(state_->statement, column);
}

std::string Statement::text(int column) const {
    // The text pointer is asked for first: reading the size may only follow the conversion it
    // describes.
    const unsigned char* data = sqlite3_column_text(state_->statement, column);
    int size = sqlite3_column_bytes(state_->statement, column);
    if (data == nullptr) return {};
    return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(state_->statement, column) == SQLITE_NULL;
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

std::optional<std::string> Statement::optional_text(int column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
}

}  // namespace vistter::store
