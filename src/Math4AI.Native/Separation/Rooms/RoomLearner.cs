using System.Numerics;
using Math4AI.Runtime;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Learns the filters that separate a room by independent vector analysis (<see cref="BandedIva"/>), from coarse to
/// fine. A short window with few bands finds the order of the sources; a long one, which holds the echoes, begins where
/// it ended; the order is mended between the two.
/// </summary>
internal sealed class RoomLearner
{
    private const double LongWindowSeconds = 0.512;
    private const double ShortRecordingSeconds = 6.0;
    private const int ShortOverlap = 2;
    private const int LongOverlap = 4;
    private const int ShortBands = 32;
    private const int LongBands = 256;

    private readonly WorkCrew crew;
    private readonly int channels;
    private readonly int sources;
    private readonly int sampleRate;
    private readonly int maxLength;
    private readonly float[][] outputs;
    private readonly double[][] scratch;
    private readonly Stage coarse;
    private double[] memory;
    private Stage? fine;
    private IRoomSignals? signals;

    /// <summary>Allocates the memory for the longest signals.</summary>
    /// <param name="crew">The threads to use.</param>
    /// <param name="channels">The number of signals.</param>
    /// <param name="sources">The number of sources, from two to as many.</param>
    /// <param name="sampleRate">The number of samples per second.</param>
    /// <param name="maxLength">The largest number of samples in each.</param>
    /// <param name="maxWindow">The largest window in samples.</param>
    /// <param name="shortWindowSeconds">The short window; that of <see cref="RoomPlan.Usual"/> where null.</param>
    /// <exception cref="ArgumentException">The spectra are larger than an array can be.</exception>
    public RoomLearner(
        WorkCrew crew,
        int channels,
        int sources,
        int sampleRate,
        int maxLength,
        int maxWindow,
        double? shortWindowSeconds = null)
    {
        (this.crew, this.channels, this.sources) = (crew, channels, sources);
        (this.sampleRate, this.maxLength) = (sampleRate, maxLength);
        outputs = NewOutputs();
        ShortWindow = ShortTimeFourier.WindowOf(
            shortWindowSeconds ?? RoomPlan.Usual.ShortWindowSeconds, sampleRate);
        scratch = RoomSpectra.Scratch(channels, Math.Max(ShortWindow, maxWindow));
        coarse = new Stage(crew, channels, sources, ShortWindow, ShortOverlap, ShortBands, maxLength, scratch);

        // The stages take turns, so they share their memory.
        int frames = ShortTimeFourier.FramesOf(maxWindow, maxWindow / LongOverlap, maxLength);
        long size = Math.Max(
            coarse.Size(maxLength), SpectralProducts.Size(channels, maxWindow / 2 + 1, frames));
        memory = size <= Array.MaxLength
            ? GC.AllocateUninitializedArray<double>((int)size)
            : throw new ArgumentException(
                $"The spectra of {(double)maxLength / sampleRate:0} s of {channels} channels take {8e-9 * size:0} GB, "
                + "more than can be held: separate parts of the recording.");
    }

    /// <summary>Gets the number of samples in each signal.</summary>
    public int Length { get; private set; }

    /// <summary>Gets the length of the short window in samples.</summary>
    public int ShortWindow { get; }

    /// <summary>Gets the length of the long window in samples.</summary>
    public int LongWindow => fine!.Window;

    /// <summary>Gets the number of sweeps so far.</summary>
    public int Iterations { get; private set; }

    /// <summary>Returns the long window for a recording: half a second, below six seconds at most a quarter.</summary>
    /// <param name="length">The number of samples in each channel.</param>
    /// <param name="sampleRate">The number of samples per second.</param>
    /// <param name="share">The part of that to use.</param>
    public static int WindowFor(int length, int sampleRate, double share)
    {
        bool isShort = (double)length / sampleRate < ShortRecordingSeconds;
        return ShortTimeFourier.WindowOf((isShort ? Math.Min(0.5, share) : share) * LongWindowSeconds, sampleRate);
    }

    /// <summary>Prepares for signals of one length; <see cref="Learn"/> then allocates nothing.</summary>
    /// <param name="length">The number of samples in each signal.</param>
    /// <param name="window">The long window in samples.</param>
    public void Prepare(int length, int window)
    {
        Length = length;
        if (fine?.Window != window)
        {
            // The old one first: both together would take more memory.
            fine = null;
            fine = new Stage(crew, channels, sources, window, LongOverlap, LongBands, maxLength, scratch);
        }

        if (Math.Max(coarse.Size(length), fine.Size(length)) > memory.Length)
        {
            memory = [];
            memory = GC.AllocateUninitializedArray<double>(
                checked((int)Math.Max(coarse.Size(maxLength), fine.Size(maxLength))));
        }

        coarse.Prepare(length, memory);
        fine.Prepare(length, memory);
    }

    /// <summary>Runs through all stages.</summary>
    /// <param name="from">The channels, of the length that was prepared for.</param>
    /// <param name="progress">Receives every stage.</param>
    /// <param name="cancellation">Stops between sweeps.</param>
    public void Learn(IRoomSignals from, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        Begin(from, progress);
        LearnOrder(isWhite: false, cancellation);

        // No new array: live sound learns again and again.
        coarse.Outputs(from, 0, outputs);
        Report(progress, "long window");
        fine!.Take(from);
        LearnEchoes(outputs, progress, cancellation);
    }

    /// <summary>Runs through all stages from each start of a plan, and in each of its long windows.</summary>
    /// <param name="plan">The plan, whose short window this is.</param>
    /// <param name="from">The channels, of the length that was prepared for.</param>
    /// <param name="reference">The channel at which the sources are computed.</param>
    /// <param name="progress">Receives every stage.</param>
    /// <param name="cancellation">Stops between sweeps.</param>
    /// <returns>The sources that each ends at, with the sweeps made for it.</returns>
    public IReadOnlyList<RoomFinding> LearnEach(
        RoomPlan plan,
        IRoomSignals from,
        int reference,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        Begin(from, progress);
        var starts = new List<(double Share, float[][] Found)>();
        foreach (var start in plan.FromChannels.Select(share => (IsWhite: false, Share: share))
            .Concat(plan.FromWhite.Select(share => (IsWhite: sources == channels, Share: share))).Distinct()
            .GroupBy(start => start.IsWhite, start => start.Share))
        {
            float[][] found = NewOutputs();
            LearnOrder(start.Key, cancellation);
            coarse.Outputs(from, 0, found);
            starts.AddRange(start.Select(share => (share, found)));
        }

        var findings = new List<RoomFinding>();
        foreach ((double share, float[][] start) in starts)
        {
            Report(progress, "long window");
            int window = WindowFor(Length, sampleRate, share);
            if (findings.Count == 0 || window != LongWindow)
            {
                Prepare(Length, window);
                fine!.Take(from);
            }

            LearnEchoes(start, progress, cancellation);
            float[][] result = NewOutputs();
            fine!.Outputs(from, reference, result);
            findings.Add(new RoomFinding(result, [ShortWindow, window], Iterations));
            Iterations = 0;
        }

        return findings;
    }

    private float[][] NewOutputs() => [.. Enumerable.Range(0, sources).Select(_ => new float[maxLength])];

    private void Begin(IRoomSignals from, IProgress<SeparationProgress>? progress)
    {
        (signals, Iterations) = (from, 0);
        Report(progress, "short window");
        coarse.Take(from);
    }

    /// <summary>
    /// Separates in the short window, from the channels or from those made white, which do not correlate.
    /// </summary>
    private void LearnOrder(bool isWhite, CancellationToken cancellation)
    {
        BandedIva rough = coarse.Iva;
        rough.Begin();
        if (isWhite)
        {
            rough.Whiten();
        }

        rough.Divide(bands: 8, sharedByAll: 0.5, rowScaling: 0.0);
        rough.Normalize();
        Iterate(rough, 10, cancellation);
        rough.Align(16);
        Iterate(rough, 4, cancellation);
        rough.Align(32);
        Iterate(rough, 4, cancellation);
    }

    /// <summary>Goes on in the long window from what the short one has found.</summary>
    private void LearnEchoes(
        float[][] found, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        BandedIva exact = fine!.Iva;
        exact.Begin();
        fine.FitTo(signals!, found);
        exact.Divide(bands: 32, sharedByAll: 0.3, rowScaling: 0.5);
        Iterate(exact, 4, cancellation);
        exact.Align(32);
        Iterate(exact, 2, cancellation);
        Report(progress, "narrow bands");
        exact.Divide(bands: 256, sharedByAll: 0.2, rowScaling: 0.5);
        Iterate(exact, 4, cancellation);
        exact.Align(64);
        Iterate(exact, 3, cancellation);
    }

    /// <summary>Refines the result by <see cref="Ilrma"/>, which models each source by a few spectra.</summary>
    public void Refine(
        int spectra, int iterations, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        Report(progress, "low rank");
        BandedIva iva = fine!.Iva;
        // Its variances are of one scale over all frequencies, as one microphone hears the sources.
        Complex[][] projected = iva.ProjectedBack(0);
        for (int f = 0; f < projected.Length; f++)
        {
            projected[f].CopyTo(iva.Unmixing[f], 0);
        }

        new Ilrma(fine.Products, channels, sources, projected.Length, iva.Unmixing, spectra, seed: 1)
            .Iterate(iterations, cancellation);
        Iterations += iterations;
    }

    /// <summary>Computes the sources at a channel. The memory is reused by the next call.</summary>
    public float[][] Outputs(int reference)
    {
        fine!.Outputs(signals!, reference, outputs);
        return outputs;
    }

    /// <summary>
    /// Computes the filters for that, for each frequency of the long window, sources × channels. The memory is reused
    /// by the next call.
    /// </summary>
    public Complex[][] Filters(int reference) => fine!.Iva.ProjectedBack(reference);

    private void Report(IProgress<SeparationProgress>? progress, string stage) =>
        progress?.Report(new SeparationProgress(stage, Iterations, double.NaN));

    private void Iterate(BandedIva iva, int count, CancellationToken cancellation)
    {
        iva.Iterate(count, cancellation);
        Iterations += count;
    }

    /// <summary>A window, with the spectra through it and what separates them.</summary>
    private sealed class Stage
    {
        private readonly RoomSpectra spectra;
        private readonly int channels;

        public Stage(
            WorkCrew crew,
            int channels,
            int sources,
            int window,
            int overlap,
            int maxBands,
            int maxLength,
            double[][] scratch)
        {
            var transform = new ShortTimeFourier(window, window / overlap, maxLength);
            this.channels = channels;
            Products = new SpectralProducts(crew, channels, transform.Frequencies);
            spectra = new RoomSpectra(crew, channels, transform, Products, scratch);
            Iva = new BandedIva(
                crew, channels, sources, transform.Frequencies, Products, transform.Frames, maxBands);
        }

        public int Window => spectra.Transform.WindowLength;

        public SpectralProducts Products { get; }

        public BandedIva Iva { get; }

        /// <summary>Returns the numbers that the products of signals take up.</summary>
        public long Size(int length) => SpectralProducts.Size(
            channels,
            spectra.Transform.Frequencies,
            ShortTimeFourier.FramesOf(Window, spectra.Transform.Hop, length));

        /// <summary>Prepares for signals of one length.</summary>
        public void Prepare(int length, double[] memory)
        {
            spectra.Transform = spectra.Transform.WithLength(length);
            Products.Prepare(spectra.Transform.Frames, memory);
        }

        /// <summary>Takes new signals, whose products take the place of another stage's.</summary>
        public void Take(IRoomSignals signals) => spectra.Take(signals);

        /// <summary>Sets W to what gives signals nearest to those found.</summary>
        public void FitTo(IRoomSignals signals, float[][] found)
        {
            spectra.Correlate(signals, found, Iva.Unmixing);
            Iva.FitToCorrelations();
        }

        public void Outputs(IRoomSignals signals, int reference, float[][] outputs) =>
            spectra.Apply(signals, Iva.ProjectedBack(reference), outputs);
    }
}
