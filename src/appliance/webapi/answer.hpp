// Answers of the local API: JSON, and errors as application/problem+json (contract F.1).
#pragma once

#include <boost/json.hpp>

#include <string>

#include "net/http.hpp"

namespace vistter::appliance {

namespace json = boost::json;

net::Response json_answer(int status, const json::value& body);
net::Response problem_answer(const Error& error, const std::string& correlation_id);
net::Response empty_answer(int status);

// The object a request carries: application/json, at most 16 KiB. API_MEDIA_TYPE, API_TOO_LARGE,
// VAL_JSON, VAL_SCHEMA.
Result<json::object> read_body(const net::Request& request);
// The text member `name`; VAL_SCHEMA with its pointer when absent, of another type or longer than
// 2048 bytes.
Result<std::string> text_member(const json::object& object, std::string_view name);

}  // namespace vistter::appliance
