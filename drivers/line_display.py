"""Customer displays of two lines of twenty characters, on a serial line."""

from drivers.base import LineDevice
from drivers.encoding.line_display import initialise, two_lines
from drivers.settings import DeviceSettings, SerialDisplayOptions
from drivers.transports import ByteTransport


class TwoLineDisplay(LineDevice[ByteTransport]):
    """A display behind any byte transport."""

    def __init__(
        self, settings: DeviceSettings, *, line: ByteTransport, dialect: str, code_page: str
    ) -> None:
        super().__init__(settings, line=line)
        self._dialect = dialect
        self._code_page = code_page
        self._buffer = bytearray(64)

    def enable(self) -> None:
        """Set the code page and the mode; the display is blank afterwards."""
        self._line.write(initialise(self._dialect, self._code_page))
        super().enable()

    def show(self, upper: str, lower: str = "") -> None:
        """Show two lines, in one write."""
        self._line.write(two_lines(upper, lower, dialect=self._dialect, code_page=self._code_page))

    def check(self) -> None:
        """Notice that the line is gone; a display itself never answers.

        :raises DeviceError: failed.
        """
        self._line.read(self._buffer, 0.0)


class SerialDisplay(TwoLineDisplay):
    """`serial-display`."""

    def __init__(self, settings: DeviceSettings) -> None:
        from drivers.transports.serial_port import SerialPort

        options = settings.options
        assert isinstance(options, SerialDisplayOptions)
        super().__init__(
            settings,
            line=SerialPort(options),
            dialect=options.dialect,
            code_page=options.code_page,
        )
