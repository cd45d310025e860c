namespace Math4AI.Audio.Faults;

/// <summary>
/// Finds where one channel is silent while others are not, from the standard deviations of all channels over frames of
/// ten milliseconds, one frame after the other. Silent is what is rounding alone, or 60 dB below the channel's own
/// level, whatever its mean. A frame tells a microphone that is off from a pause if another channel is so loud that
/// this one should be heard too: 30 dB above what it is, by the levels of the two. Allocates nothing on the way.
/// </summary>
internal sealed class SilenceWatch
{
    /// <summary>Frames in a second.</summary>
    public const int Rate = 100;

    private const double Floor = 1e-3;
    private const double LargestRounding = 0.1;
    private const double Heard = 0.03;
    private const double Abrupt = 0.1;

    // A gate closes hundreds of times in an hour, and a microphone that is lost after that is to be told too.
    private const int Kept = 1 << 13;

    // A source that only one channel holds may pause while others go on: it fades, and seldom for so long.
    private const int FewestAbrupt = Rate / 2;
    private const int Fewest = 2 * Rate;

    private readonly double rounding;
    private readonly State[] states;
    private readonly List<SilentStretch> found = new(Kept);
    private long frame;

    /// <summary>Initializes a watch.</summary>
    /// <param name="channels">The number of channels.</param>
    /// <param name="step">The step to whose multiples samples are rounded; 0 if they are not.</param>
    /// <param name="levels">
    /// The standard deviation of each channel; null if they are to be learned on the way.
    /// </param>
    public SilenceWatch(int channels, double step, double[]? levels)
    {
        rounding = 1.5 * step;
        IsLearning = levels is null;
        states = new State[channels];
        for (int c = 0; c < channels; c++)
        {
            states[c] = new State { Level = levels?[c] ?? 0.0, First = -1 };
        }
    }

    /// <summary>Gets the stretches that have ended.</summary>
    public IReadOnlyList<SilentStretch> Found => found;

    private bool IsLearning { get; }

    /// <summary>Returns whether a channel is silent now, for so long that it counts.</summary>
    public bool IsSilent(int channel) => Volatile.Read(ref states[channel].IsTold);

    /// <summary>Takes in the next frame.</summary>
    /// <param name="deviations">The standard deviation of each channel in it.</param>
    public void Add(ReadOnlySpan<double> deviations)
    {
        double loudest = 0.0;
        for (int c = 0; c < deviations.Length; c++)
        {
            loudest = Math.Max(loudest, states[c].Level > 0.0 ? deviations[c] / states[c].Level : 0.0);
        }

        for (int c = 0; c < deviations.Length; c++)
        {
            Add(c, deviations[c], loudest);
        }

        frame++;
    }

    /// <summary>Ends the stretches that go on to the end.</summary>
    public void End()
    {
        for (int c = 0; c < states.Length; c++)
        {
            Close(c, isAbrupt: false);
        }
    }

    private void Add(int channel, double deviation, double loudest)
    {
        ref State state = ref states[channel];
        double level = state.Level;
        if (deviation <= Math.Max(Math.Min(rounding, LargestRounding * level), Floor * level))
        {
            if (state.First < 0)
            {
                (state.First, state.Heard) = (frame, 0);
                state.IsAbrupt = level > 0.0 && Math.Max(state.Last, state.Before) >= Abrupt * level;
            }

            bool isHeard = loudest >= Heard && (deviation == 0.0 || deviation <= Heard * loudest * level);
            state.Heard += isHeard ? 1 : 0;
            Volatile.Write(ref state.IsTold, state.Heard >= (state.IsAbrupt ? FewestAbrupt : Fewest));
        }
        else
        {
            Close(channel, deviation >= Abrupt * level && level > 0.0);
            if (IsLearning && double.IsFinite(deviation))
            {
                state.Sum += deviation * deviation;
                state.Level = Math.Sqrt(state.Sum / ++state.Count);
            }
        }

        (state.Before, state.Last) = (state.Last, deviation);
    }

    private void Close(int channel, bool isAbrupt)
    {
        ref State state = ref states[channel];
        if (state.First >= 0)
        {
            isAbrupt |= state.IsAbrupt;
            if (state.Heard >= (isAbrupt ? FewestAbrupt : Fewest) && found.Count < Kept)
            {
                found.Add(new SilentStretch(channel, state.First, frame, state.Heard, !state.IsAbrupt));
            }

            state.First = -1;
            Volatile.Write(ref state.IsTold, false);
        }
    }

    private struct State
    {
        public double Level;
        public double Sum;
        public long Count;
        public long First;
        public long Heard;
        public bool IsAbrupt;
        public bool IsTold;
        public double Last;
        public double Before;
    }
}
