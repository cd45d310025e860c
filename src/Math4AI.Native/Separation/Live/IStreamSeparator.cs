using Math4AI.Audio;

namespace Math4AI.Separation.Live;

/// <summary>
/// Separates sound block by block as it arrives, without allocating memory on the way. Until it has converged, the
/// input passes through unchanged. <see cref="LiveSeparation"/> runs it between two rings.
/// </summary>
/// <remarks>
/// The files: <see cref="StreamingSeparator"/> for mixtures without echoes, with <see cref="RecursiveNewton"/> and
/// <see cref="AdaptiveScore"/>; <see cref="StreamingRoomSeparator"/> for rooms, with
/// <see cref="Rooms.RoomLearner"/> and <see cref="PartitionedFilters"/>; <see cref="LiveSeparation"/>, the loop, with
/// <see cref="LatencyHistogram"/>; <see cref="StreamSeparation"/>, the same for asynchronous sequences.
/// </remarks>
public interface IStreamSeparator
{
    /// <summary>Gets the number of channels.</summary>
    int Channels { get; }

    /// <summary>Gets the number of sources; as many as channels unless implemented.</summary>
    int Sources => Channels;

    /// <summary>Gets how many frames the output lies behind the input: the latency of the algorithm itself.</summary>
    int Delay { get; }

    /// <summary>Gets or sets whether learning has stopped, and what was learned is only applied.</summary>
    bool IsFrozen { get; set; }

    /// <summary>
    /// Gets how much the unmixing has moved in the last second of sound, as a share of its size; 1 before anything is
    /// known.
    /// </summary>
    double Change { get; }

    /// <summary>
    /// Gets whether anything was separated: false as long as the input has passed through unchanged. True unless
    /// implemented.
    /// </summary>
    bool HasSeparated => true;

    /// <summary>Learns from a block and separates it.</summary>
    /// <param name="input">The channels. Samples that are not finite, or beyond 10¹⁵, are set to 0 in it.</param>
    /// <param name="output">
    /// The sources, with as many frames; may share the memory of the input where there are as many.
    /// </param>
    /// <exception cref="ArgumentException">The blocks have other sizes.</exception>
    void Process(PlanarBlock input, PlanarBlock output);

    /// <summary>
    /// Runs all code once on sound of its own, without learning anything from it, so that the first live block is not
    /// delayed by compilation. <see cref="LiveSeparation"/> calls it. Does nothing unless implemented.
    /// </summary>
    /// <param name="block">The number of frames in a block.</param>
    void WarmUp(int block)
    {
    }
}
