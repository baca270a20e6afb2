// Addresses without what must stay secret: no user name or password, no stream key, no query.
#pragma once

#include <string>
#include <string_view>

namespace vistter {

// "rtmp://user:pw@host/live/KEY?x" -> "rtmp://host/live/***". Keeps scheme, host, port and all path
// parts but the last one of an rtmp or rtmps address (the stream key). Text that is no URL comes
// back unchanged.
std::string redact_url(std::string_view url);
// The same for every address inside a sentence.
std::string redact_urls(std::string_view text);

}  // namespace vistter
