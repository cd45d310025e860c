using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Data.Recorders;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Cli.Separation;

/// <summary>
/// The mixture that <c>math4ai separate</c> works on: sound or an array, in memory or in their files.
/// </summary>
internal sealed class SeparateInput : IDisposable
{
    private const int ExcerptLength = 1 << 20;

    private readonly ISampleFile? array;
    private readonly MatrixSampleSource? held;
    private readonly AudioFileSource? files;

    private SeparateInput(Recording sound) => Sound = sound;

    private SeparateInput(AudioFileSource files) => this.files = files;

    private SeparateInput(ISampleFile array, MatrixSampleSource? held)
    {
        this.array = array;
        this.held = held;
    }

    /// <summary>Gets the recording; null if the input is an array, or the sound stays in its files.</summary>
    public Recording? Sound { get; }

    public ISampleSource Samples => Sound ?? files ?? held ?? (ISampleSource)array!;

    public bool IsSound => Sound is not null || files is not null;

    /// <summary>Gets the samples per second; null where that is not known, or no whole number.</summary>
    public int? SampleRate => Sound?.SampleRate ?? files?.SampleRate
        ?? (Edf is { } edf && double.IsInteger(edf.SampleRate) ? (int)edf.SampleRate : null);

    /// <summary>Gets the format of the sound.</summary>
    public AudioFormat Format => Sound?.Format ?? files!.Format;

    /// <summary>Gets remarks on how it was read.</summary>
    public IReadOnlyList<string> Notes => Sound?.Notes ?? files?.Notes ?? Edf?.Notes ?? [];

    /// <summary>Gets the recording in EDF or BDF that it is; null for anything else.</summary>
    public EdfFile? Edf => array as EdfFile;

    /// <summary>Gets whether float32 would lose digits of the samples.</summary>
    public bool IsDouble => Samples.Epsilon < float.BitIncrement(1.0f) - 1.0f;

    public static SeparateInput Read(SeparateOptions options, Action<double> progress, CancellationToken cancellation)
    {
        if (options.IsArray)
        {
            ISampleFile array = SampleFile.Open(options.Inputs[0], ProcessGroup.Current);
            return new SeparateInput(array, Held(array, options.Memory ?? 0));
        }

        if (options.Inputs.Length > 0 && options.Memory is { } bytes && !options.IsRoomAsked)
        {
            var files = new AudioFileSource(options.Inputs);
            if (files.Channels * files.Length * sizeof(float) > bytes)
            {
                return new SeparateInput(files);
            }

            files.Dispose();
        }

        return new SeparateInput(
            options.Inputs.Length > 0
                ? ReadSound(options.Inputs, new Report(progress), cancellation)
                : CocktailParty.Mix(CocktailParty.Sources(options.Seed), CocktailParty.Mixing));
    }

    private static Recording ReadSound(string[] paths, Report progress, CancellationToken cancellation)
    {
        try
        {
            return Recording.Read(paths, progress, cancellation);
        }
        catch (IOException) when (paths.Length == 1 && File.Exists(paths[0]))
        {
            // A file of numbers would have been taken too: where nothing knows the file, all formats are named.
            _ = DataFormat.Of(paths[0]);
            throw;
        }
    }

    /// <summary>Reads the array into memory, in float64; null if it needs more than was granted.</summary>
    private static MatrixSampleSource? Held(ISampleFile array, long bytes)
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

    /// <summary>
    /// Gets what a report shows: all of the sound in memory, or the beginning of what stays in files.
    /// </summary>
    public Recording Excerpt()
    {
        if (Sound is not null)
        {
            return Sound;
        }

        int count = (int)Math.Min(ExcerptLength, Samples.Length);
        if (files is not null)
        {
            return files.Excerpt(0, count);
        }

        double[] block = new double[Samples.Channels * count];
        Samples.Read(0, count, block);
        float[][] channels =
        [
            .. Enumerable.Range(0, Samples.Channels)
                .Select(c => Array.ConvertAll(block[(c * count)..((c + 1) * count)], x => (float)x)),
        ];
        return new Recording(channels, sampleRate: 1, Edf?.Labels);
    }

    public void Dispose()
    {
        array?.Dispose();
        files?.Dispose();
    }

    private sealed class Report(Action<double> action) : IProgress<double>
    {
        void IProgress<double>.Report(double value) => action(value);
    }
}
