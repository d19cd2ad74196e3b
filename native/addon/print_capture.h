// Keeps what libbpf prints, so that it ends in an error message and never on stderr.
#pragma once

#include <string>

namespace picket {

// While one of these lives, warnings that libbpf prints on this thread are gathered in it. Captures may nest; the
// innermost one gathers. Without any, libbpf prints nothing.
class PrintCapture {
  public:
    PrintCapture();
    ~PrintCapture();
    PrintCapture(const PrintCapture &) = delete;
    PrintCapture &operator=(const PrintCapture &) = delete;

    // The lines so far, joined by "; ", at most about 4 KiB.
    std::string text() const;

  private:
    std::string lines_;
    std::string *outer_;
};

// Points libbpf at the captures. Safe to call from several threads; the first call counts.
void install_print_capture();

} // namespace picket
