namespace Math4AI.Separation.Rooms;

/// <summary>Signals that a room's spectra are computed from, read a frame at a time by several threads.</summary>
internal interface IRoomSignals
{
    /// <summary>Reads samples of a channel.</summary>
    /// <param name="channel">The channel, from 0.</param>
    /// <param name="start">The first sample.</param>
    /// <param name="samples">Receives as many samples as it has room for.</param>
    void Read(int channel, int start, Span<double> samples);
}
