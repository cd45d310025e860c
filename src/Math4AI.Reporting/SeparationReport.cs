using System.Globalization;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Optimization;
using Math4AI.Runtime;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>The report of a separation, as a page of HTML.</summary>
public sealed record SeparationReport
{
    /// <summary>Gets the result of the separation.</summary>
    public required SeparationResult Result { get; init; }

    /// <summary>Gets the mutual information before and after; null if it was not estimated.</summary>
    public Dependence? Dependence { get; init; }

    /// <summary>Gets how reliably each source is found; null if it was not estimated.</summary>
    public Stability? Stability { get; init; }

    /// <summary>Gets the standard errors of the unmixing matrix; null if there are none.</summary>
    public Matrix<double>? UnmixingErrors { get; init; }

    /// <summary>Gets the mixture, or its beginning.</summary>
    public required Recording Mixture { get; init; }

    /// <summary>Gets the sources of the same part.</summary>
    public required Recording Sources { get; init; }

    /// <summary>Gets whether the signals are sound, so that the page has players, and frequencies in Hz.</summary>
    public required bool IsSound { get; init; }

    /// <summary>Gets the command line that was run.</summary>
    public required string Command { get; init; }

    /// <summary>Gets the seconds of each stage, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> SecondsPerStage { get; init; }

    /// <summary>Writes the page as one file, which needs no network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="replace">Whether an existing file may be replaced.</param>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public void Write(string path, bool replace = false) =>
        FileTransaction.WriteOne(path, replace, partial => File.WriteAllText(partial, ToHtml()));

    /// <summary>Makes the page.</summary>
    /// <param name="cancellation">Stops between pictures.</param>
    public string ToHtml(CancellationToken cancellation = default)
    {
        using var page = new Html();
        page.Add("<h1>Separated sources</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts());
        if (Dependence is not null)
        {
            page.Add($"<p class=\"quiet\">{Html.Escape(Dependence.Meaning)}</p>");
        }

        foreach (string note in Result.Notes.Concat(Mixture.Notes))
        {
            page.Add($"<p class=\"note\">{Html.Escape(note)}</p>");
        }

        SignalCards.Add(page.Heading("Sources, after, the loudest first"), Sources, IsSound, Remarks(), cancellation);
        SignalCards.Add(page.Heading("Mixture, before"), Mixture, IsSound, remarks: null, cancellation);
        page.Charts(
            "Densities and scores", "grid",
            Enumerable.Range(0, Sources.Channels).SelectMany(
                source => SourceCharts.Density(Sources, source, cancellation)));
        Matrices(page);
        page.Charts("Convergence", "grid", SourceCharts.Convergence(Result));
        SignalCards.AddSpectrograms(page, "Spectrograms of the sources", Sources, IsSound, cancellation);
        SignalCards.AddSpectrograms(page, "Spectrograms of the mixture", Mixture, IsSound, cancellation);
        Stages(page);
        return page.Page("Separated sources");
    }

    private IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("method", Result.Method.Name);
        yield return ("sources from channels", $"{Result.Unmixing.Sources} from {Result.Unmixing.Channels}");
        yield return Result.Termination == Termination.Direct
            ? ("solved", "directly")
            : ("iterations", $"{Result.Iterations}{(Result.IsConverged ? string.Empty : ", not converged")}");
        yield return ("condition number", Html.Number(Result.ConditionNumber));
        yield return (IsSound ? "length" : "samples", IsSound
            ? string.Create(CultureInfo.InvariantCulture, $"{Mixture.Duration.TotalSeconds:0.##} s")
            : Result.Mixture.Count.ToString("N0", CultureInfo.InvariantCulture));
        if (Dependence is { } dependence)
        {
            yield return ("mutual information above that of unrelated signals like these, before → after (nats)",
                $"{Nats(dependence.Mixture.AboveChance)} → {Nats(dependence.Sources.AboveChance)}");
            yield return ("share of unrelated signals like these that seem as dependent",
                Html.Number(dependence.Sources.PValue));
        }

        if (Stability is { } stability)
        {
            yield return ($"stability of the sources over {stability.Runs} runs",
                string.Join(
                    " · ", stability.Index.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture))));
        }

        yield return ("largest correlation, before → after",
            $"{LargestBeside(Result.Mixture.Correlation.ToArray())} → "
            + $"{LargestBeside(Result.Statistics.Correlation.ToArray())}");
    }

    private string[]? Remarks() => Stability is null
        ? null
        : [.. Stability.Index.Select(value => string.Create(
            CultureInfo.InvariantCulture, $"Stability {value:0.00}, 1 where every resampled run finds it."))];

    private static string Nats(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string LargestBeside(double[,] correlation)
    {
        double largest = 0.0;
        for (int i = 0; i < correlation.GetLength(0); i++)
        {
            for (int j = 0; j < i; j++)
            {
                largest = Math.Max(largest, Math.Abs(correlation[i, j]));
            }
        }

        return largest < 5e-4 ? "0" : largest.ToString("0.###", CultureInfo.InvariantCulture);
    }

    private void Matrices(Html page)
    {
        IReadOnlyList<string> channels = Mixture.Names;
        IReadOnlyList<string> sources = Sources.Names;
        page.Heading("Matrices").Add("<div class=\"grid wide\">")
            .HeatMap("Unmixing W, X = W (Y − μ)", Result.Unmixing.Matrix.ToArray(), sources, channels);
        if (UnmixingErrors is not null)
        {
            page.HeatMap("Standard errors of W, for independent samples", UnmixingErrors.ToArray(), sources, channels);
        }

        page.HeatMap("Mixing A, Y = A X + μ", Result.Unmixing.Mixing.ToArray(), channels, sources)
            .HeatMap("Correlations before", Result.Mixture.Correlation.ToArray(), channels, channels)
            .HeatMap("Correlations after", Result.Statistics.Correlation.ToArray(), sources, sources)
            .Add("</div>")
            .Add("<p class=\"quiet\">Order, sign and scale of blindly separated sources are arbitrary: Y = A X = (A "
                + "D)(D⁻¹ X). Here the loudest source comes first, the signs make the skewness positive, and the scale "
                + $"makes {(IsSound ? "every peak 0.9" : "every variance 1")}.</p>");
    }

    private void Stages(Html page)
    {
        page.Heading("Time").Add("<div class=\"card scroll\"><table>");
        foreach ((string stage, double seconds) in SecondsPerStage)
        {
            page.Add($"<tr><th>{Html.Escape(stage)}</th><td>"
                + $"{(1000 * seconds).ToString("0.0", CultureInfo.InvariantCulture)} ms</td></tr>");
        }

        page.Add($"</table><p class=\"quiet\">{Html.Escape(Compute.Processor)}, {Compute.Threads} threads, linear "
            + $"algebra: {Compute.Provider}, {Html.Escape(Compute.InstructionSet)}</p></div>");
    }
}
