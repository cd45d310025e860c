using Math4AI.Data;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;

namespace Math4AI.Cli.Fitting;

/// <summary>What a posterior leaves that is stopped, as by Ctrl-C, after some of its draws.</summary>
internal static class FitStop
{
    /// <summary>The draws of a posterior that was stopped, or of one whose comparison was; null for none.</summary>
    public static PosteriorDraws? Drawn(FitPosterior? posterior, OperationCanceledException stopped) =>
        posterior?.Draws ?? (stopped as SamplingStoppedException)?.Draws;

    /// <summary>Writes the draws so far and says how they go on; returns the exit code.</summary>
    public static int Keep(
        FileTransaction files, FitCommandOptions options, PosteriorDraws draws, int earlier,
        ProgressLine progress)
    {
        string path = FitOutput.Draws(options);
        draws.Save(files.Add(path));
        FitPosteriorChoice asked = options.Posterior!;
        if (asked.Resumed is null)
        {
            // What an earlier run has left there is not of these draws.
            string[] others = [.. FitOutput.Files(options), .. FitOutput.HierarchyFiles(options)];
            foreach (string other in others.Where(other => other != path).Distinct())
            {
                files.Remove(other);
            }

            files.Remove(Path.Combine(options.Output, "result.json"));
            files.Remove(Path.Combine(options.Output, "report.html"));
        }

        files.Commit();
        progress.Clear();
        int left = earlier + asked.Sampler.Draws - draws.Count;
        int rest = left > 0 ? Math.Max(FitPosteriorOptions.MinDraws, left) : 0;
        SharedRun.Errors.WriteLine(
            $"math4ai: Stopped; {draws.Count} draws of each chain are in {path}. "
            + (rest > 0 ? $"Go on with the same words and --resume {path} --force --draws {rest}." : "They are all."));
        return Program.Failed;
    }
}
