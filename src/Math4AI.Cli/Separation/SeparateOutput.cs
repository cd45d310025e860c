using System.Diagnostics;
using System.Text.RegularExpressions;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.LinearAlgebra;
using Math4AI.Separation;

namespace Math4AI.Cli.Separation;

/// <summary>The files of <c>math4ai separate</c>, which appear together or not at all.</summary>
internal sealed partial class SeparateOutput : IDisposable
{
    private readonly SeparateOptions options;
    private readonly FileTransaction files;

    public SeparateOutput(SeparateOptions options)
    {
        this.options = options;
        files = new FileTransaction(options.Force);
        RequireFree();
        OutputFiles.Claim(files, options.Output);
    }

    /// <summary>Gets the seconds spent writing.</summary>
    public double WriteSeconds { get; private set; }

    /// <summary>Applies the unmixing and writes the sources; returns the seconds of the first.</summary>
    public double WriteSources(SeparateInput input, SeparationResult result, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        double writtenBefore = WriteSeconds;
        if (input.IsSound)
        {
            WriteSound(input, result.Unmixing, cancellation);
        }
        else
        {
            WriteArray(input, result.Unmixing, cancellation);
        }

        Write("unmixing.npy", path => NpyWriter.Write(path, result.Unmixing.Matrix));
        Write("mixing.npy", path => NpyWriter.Write(path, result.Unmixing.Mixing));
        Write("mean.npy", path => NpyWriter.Write(path, result.Unmixing.Mean));
        return Stopwatch.GetElapsedTime(start).TotalSeconds - (WriteSeconds - writtenBefore);
    }

    /// <summary>Writes signals that are sources already, one file each.</summary>
    public void WriteSignals(Recording sources, AudioFormat inputFormat)
    {
        AudioFormat format = Format(inputFormat);
        for (int source = 0; source < sources.Channels; source++)
        {
            Write($"source-{source + 1}{format.Extension}",
                path => sources.Only(source).Save(path, format, replace: true));
        }
    }

    public void Write(string name, Action<string> write) => Timed(() => write(Add(name)));

    /// <summary>Moves every file to its place, and deletes files of the same kind from an earlier run.</summary>
    public void Commit()
    {
        foreach (string file
            in Directory.GetFiles(options.Output).Where(file => OwnNames().IsMatch(Path.GetFileName(file))))
        {
            files.Remove(file);
        }

        files.Commit();
    }

    public void Dispose() => files.Dispose();

    private void WriteSound(SeparateInput mixture, Unmixing unmixing, CancellationToken cancellation)
    {
        AudioFormat format = Format(mixture.Format);
        var writers = new List<AudioWriter>();
        try
        {
            for (int source = 1; source <= unmixing.Sources; source++)
            {
                string path = Add($"source-{source}{format.Extension}");
                writers.Add(new AudioWriter(path, format, 1, mixture.SampleRate!.Value, mixture.Samples.Length));
            }

            float[] samples = [];
            unmixing.Apply(
                mixture.Samples,
                (_, count, block) =>
                {
                    Narrow(block[..(unmixing.Sources * count)], ref samples);
                    Timed(() => WriteBlock(writers, samples, count));
                },
                cancellation);
            Timed(() => writers.ForEach(writer => writer.Finish()));
        }
        finally
        {
            writers.ForEach(writer => writer.Dispose());
        }
    }

    private AudioFormat Format(AudioFormat inputFormat)
    {
        AudioFormat format = options.Format == "input" ? inputFormat : SeparateOptions.Formats[options.Format];
        return format.IsWritable
            ? format
            : throw new IOException("The input's format can be read but not written; choose another --format.");
    }

    private static void Narrow(ReadOnlySpan<double> block, ref float[] samples)
    {
        if (samples.Length < block.Length)
        {
            samples = new float[block.Length];
        }

        for (int i = 0; i < block.Length; i++)
        {
            samples[i] = (float)block[i];
        }
    }

    private static void WriteBlock(List<AudioWriter> writers, float[] samples, int count)
    {
        for (int source = 0; source < writers.Count; source++)
        {
            writers[source].Write(samples.AsSpan(source * count), count, count);
        }
    }

    private void WriteArray(SeparateInput input, Unmixing unmixing, CancellationToken cancellation)
    {
        using var writer = new NpyWriter(Add("sources.npy"), unmixing.Sources, input.Samples.Length, input.IsDouble);
        unmixing.Apply(
            input.Samples,
            (start, count, block) =>
            {
                long before = Stopwatch.GetTimestamp();
                writer.Write(start, count, block);
                WriteSeconds += Stopwatch.GetElapsedTime(before).TotalSeconds;
            },
            cancellation);
    }

    private string Add(string name) => files.Add(Path.Combine(options.Output, name));

    private void Timed(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        WriteSeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    [GeneratedRegex(@"^(source-\d+\.(wav|flac|ogg|aiff)|sources\.npy|report\.html)$")]
    private static partial Regex OwnNames();

    private void RequireFree()
    {
        string[] names = ["result.json", "unmixing.npy", "mixing.npy", "mean.npy", "sources.npy", "report.html"];
        string[] sources = Directory.Exists(options.Output) ? Directory.GetFiles(options.Output, "source-*") : [];
        OutputFiles.RequireFree(
            options.Force, "-o", [.. names.Select(name => Path.Combine(options.Output, name)), .. sources]);
    }
}
