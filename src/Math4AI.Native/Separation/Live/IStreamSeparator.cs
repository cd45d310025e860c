using Math4AI.Audio;

namespace Math4AI.Separation.Live;

/// <summary>Separates sound block by block as it arrives, with no memory allocated on the way.</summary>
public interface IStreamSeparator
{
    /// <summary>The number of channels, and of sources.</summary>
    int Channels { get; }

    /// <summary>How many frames the output lies behind the input: the algorithm's own latency.</summary>
    int Delay { get; }

    /// <summary>Whether what was learnt stays as it is.</summary>
    bool IsFrozen { get; set; }

    /// <summary>How much the unmixing has moved in the last second of sound, as a share of its size; 1 before anything is known.</summary>
    double Change { get; }

    /// <summary>Learns from a block and separates it.</summary>
    /// <param name="input">The channels; samples that are no number, or beyond 10¹⁵, are set to 0 in it.</param>
    /// <param name="output">The sources, as many frames; may be the input's own memory.</param>
    /// <exception cref="ArgumentException">The blocks have other sizes.</exception>
    void Process(PlanarBlock input, PlanarBlock output);
}
