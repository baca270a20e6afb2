// Inside net: one HTTP/1.1 request after another out of bytes as they come. No I/O; the limits of a
// request stand here.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace vistter::net {

class RequestReader {
  public:
    struct Limits {
        std::size_t header_bytes = 16'384;
        std::size_t body_bytes = 1'048'576;
    };
    enum class Step {
        need_more,       // nothing to do before more bytes come
        wants_continue,  // the header is here and the peer waits for "100 Continue"; said once
        complete,        // take() it
        failed,          // answer with failure() and end the connection
    };
    struct Failure {
        int status = 400;
        const char* code = "VAL_SCHEMA";
        std::string reason;
    };

    explicit RequestReader(Limits limits);
    ~RequestReader();

    void append(std::string_view bytes);
    Step advance();
    // Only after complete. The next request may then be read.
    Request take();
    const Failure& failure() const;

    // Whether any byte of the request now being read has come, and whether its header has.
    bool begun() const;
    bool header_complete() const;
    std::size_t body_bytes() const;
    // Of the last request taken: whether the connection may serve another, and whether it speaks
    // HTTP/1.0.
    bool keep_alive() const;
    bool version_10() const;
    // Bytes that came after the last request taken.
    std::size_t leftover() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace vistter::net
