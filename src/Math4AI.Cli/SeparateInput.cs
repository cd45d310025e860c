using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.Separation;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Cli;

/// <summary>The mixture that <c>math4ai separate</c> works on: sound in memory, or an array that stays in its file.</summary>
internal sealed class SeparateInput : IDisposable
{
    private const int ExcerptLength = 1 << 20;

    private readonly NpySource? array;
    private readonly ISampleSource? held;

    private SeparateInput(Recording? sound, NpySource? array, ISampleSource? held)
    {
        Sound = sound;
        this.array = array;
        this.held = held;
    }

    /// <summary>The recording; null where the input is an array.</summary>
    public Recording? Sound { get; }

    public ISampleSource Samples => Sound ?? held ?? array!;

    public bool IsDouble => array is { IsDouble: true };

    public static SeparateInput Read(SeparateOptions options, Action<double> progress, CancellationToken cancellation)
    {
        if (options.IsArray)
        {
            var array = new NpySource(options.Inputs[0]);
            return new SeparateInput(null, array, Held(array, options.Memory));
        }

        Recording sound = options.Inputs.Length > 0
            ? Recording.Read(options.Inputs, new Report(progress), cancellation)
            : CocktailParty.Mix(CocktailParty.Sources(options.Seed), CocktailParty.Mixing);
        return new SeparateInput(sound, null, null);
    }

    /// <summary>The array in memory, in float64; null where it needs more than was granted.</summary>
    private static MatrixSampleSource? Held(NpySource array, long bytes)
    {
        long count = array.Channels * array.Length;
        if (count * sizeof(double) > bytes || count > Array.MaxLength)
        {
            return null;
        }

        double[] all = new double[count];
        array.Read(0, (int)array.Length, all);
        return new MatrixSampleSource(new DenseMatrix((int)array.Length, array.Channels, all));
    }

    public SeparationResult Separate(
        Separator separator, IProgress<SeparationProgress> progress, CancellationToken cancellation) =>
        Sound is not null
            ? separator.Separate(Sound, progress, cancellation)
            : separator.Separate(Samples, progress, cancellation);

    /// <summary>What a report shows: all of the sound, or the beginning of an array as if it were sound.</summary>
    public Recording Excerpt()
    {
        if (Sound is not null)
        {
            return Sound;
        }

        int count = (int)Math.Min(ExcerptLength, Samples.Length);
        double[] block = new double[Samples.Channels * count];
        Samples.Read(0, count, block);
        float[][] channels =
        [
            .. Enumerable.Range(0, Samples.Channels)
                .Select(c => Array.ConvertAll(block[(c * count)..((c + 1) * count)], x => (float)x)),
        ];
        return new Recording(channels, sampleRate: 1);
    }

    public void Dispose() => array?.Dispose();

    private sealed class Report(Action<double> action) : IProgress<double>
    {
        void IProgress<double>.Report(double value) => action(value);
    }
}
