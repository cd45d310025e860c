using Math4AI.Data;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Posteriors;

namespace Math4AI.Cli.Fitting;

/// <summary>The tables that <c>math4ai fit</c> writes beside its result, and the saved fit.</summary>
internal static class FitOutput
{
    /// <summary>The name of the file of draws.</summary>
    public const string DrawsName = "draws.npz";

    private const int MaxFittedRows = 100_000;

    /// <summary>The files.</summary>
    public static string[] Files(FitCommandOptions options) =>
        [
            SavedFit.PathIn(options.Output),
            Fitted(options),
            .. options.FollowUp.Predict is null ? Array.Empty<string>() : [Predictions(options)],
            .. options.Posterior is { IsLaplace: false } ? [Draws(options)] : Array.Empty<string>(),
        ];

    /// <summary>
    /// Writes them, with predictions by the draws where there are such; returns notes on what was left out.
    /// </summary>
    public static IReadOnlyList<string> Write(
        FileTransaction files, FitCommandOptions options, FitResult result, FitPosterior? posterior)
    {
        var notes = new List<string>();
        if (result.Residuals.Count <= MaxFittedRows)
        {
            FittedTable.Write(result, files.Add(Fitted(options)));
        }
        else
        {
            files.Remove(Fitted(options));
            notes.Add($"fitted.csv is not written for more than {MaxFittedRows} rows.");
        }

        string? wrong = posterior is { Draws.ChainsAgree: false } ? "the chains of the posterior do not agree"
            : posterior is null && !result.IsConverged ? "the fit did not converge"
            : null;
        if (wrong is not null)
        {
            files.Remove(SavedFit.PathIn(options.Output));
            files.Remove(Predictions(options));
            return options.FollowUp.Predict is null ? notes : [.. notes, $"There are no predictions, since {wrong}."];
        }

        notes.AddRange(posterior is null
            ? WriteModel(files, options, SavedFit.Of(result))
            : WriteModel(files, options, SavedPosterior.Of(posterior)));
        return options.Posterior is { IsLaplace: true } asked
            && (options.FollowUp.Predict is not null || asked.Priors.Count > 0)
            ? [.. notes, "Predictions, also later ones of 'math4ai predict', are those of the fit, which knows no "
                + "priors: those of the posterior need its draws, by --posterior without 'laplace'."]
            : notes;
    }

    private static IReadOnlyList<string> WriteModel(FileTransaction files, FitCommandOptions options, SavedFit fit) =>
        WriteModel(files, options, fit.ToJson(), path => fit.PredictTable(path, options.Level, options.Table));

    private static IReadOnlyList<string> WriteModel(
        FileTransaction files, FitCommandOptions options, SavedPosterior posterior) => WriteModel(
        files, options, posterior.ToJson(),
        path => posterior.PredictTable(path, options.Level, options.Table, options.Seed));

    private static IReadOnlyList<string> WriteModel(
        FileTransaction files, FitCommandOptions options, string json, Func<string, PredictedTable> predict)
    {
        File.WriteAllText(files.Add(SavedFit.PathIn(options.Output)), json);
        if (options.FollowUp.Predict is { } path)
        {
            return WritePredictions(files, options, predict(path));
        }

        files.Remove(Predictions(options));
        return [];
    }

    /// <summary>The files of fits of groups.</summary>
    public static string[] GroupFiles(FitCommandOptions options) =>
        [SavedFit.PathIn(options.Output), .. options.FollowUp.Predict is null
            ? Array.Empty<string>()
            : [Predictions(options)]];

    /// <summary>Writes the saved fits of groups and their predictions; returns notes on what was left out.</summary>
    public static IReadOnlyList<string> Write(FileTransaction files, FitCommandOptions options, GroupedFit fit)
    {
        if (!fit.IsConverged)
        {
            files.Remove(SavedFit.PathIn(options.Output));
            return options.FollowUp.Predict is null
                ? []
                : ["There are no predictions, since not every fit converged."];
        }

        SavedGroups saved = SavedGroups.Of(fit);
        File.WriteAllText(files.Add(SavedFit.PathIn(options.Output)), saved.ToJson());
        return options.FollowUp.Predict is { } path
            ? WritePredictions(files, options, saved.PredictTable(path, options.Level, options.Table))
            : [];
    }

    /// <summary>The files of a hierarchy.</summary>
    public static string[] HierarchyFiles(FitCommandOptions options) =>
        [Draws(options), .. GroupFiles(options)];

    /// <summary>
    /// Writes the draws, the saved posterior and the predictions that are asked for; returns notes on what is not known
    /// of them.
    /// </summary>
    public static IReadOnlyList<string> Write(
        FileTransaction files, FitCommandOptions options, HierarchicalPosterior posterior)
    {
        posterior.Draws.Save(files.Add(Draws(options)));
        if (posterior.Draws.ChainsAgree)
        {
            File.WriteAllText(
                files.Add(SavedFit.PathIn(options.Output)), SavedHierarchy.Of(posterior).ToJson());
        }
        else
        {
            // Draws that are not to be used are none to predict with.
            files.Remove(SavedFit.PathIn(options.Output));
        }

        if (options.FollowUp.Predict is { } path)
        {
            return WritePredictions(files, options, posterior.PredictTable(path, options.Level, options.Table));
        }

        files.Remove(Predictions(options));
        return [];
    }

    private static IReadOnlyList<string> WritePredictions(
        FileTransaction files, FitCommandOptions options, PredictedTable predicted)
    {
        File.WriteAllText(files.Add(Predictions(options)), predicted.ToCsv());
        bool isUnknown = predicted.Outputs.Any(
            output => output.Observation.Count > 0 && double.IsNaN(output.Observation[0].Lower));
        return isUnknown
            ? [.. predicted.Notes, $"Prediction intervals of new observations are not known: {WhyUnknown(options)}."]
            : predicted.Notes;
    }

    private static string WhyUnknown(FitCommandOptions options) => options.Errors.Sigma is { } sigma
        ? $"{options.FollowUp.Predict} has no columns for the σ of --sigma, '{sigma}'"
        : options.Distance.Observation == ObservationKind.Class
        ? "one is a class, and confidence_from and confidence_to are the band of its probability"
        : $"the distance '{options.Distance.Name}' has none";

    /// <summary>The draws of the posterior.</summary>
    public static string Draws(FitCommandOptions options) => Path.Combine(options.Output, DrawsName);

    private static string Fitted(FitCommandOptions options) => Path.Combine(options.Output, "fitted.csv");

    private static string Predictions(FitCommandOptions options) => Path.Combine(options.Output, "predictions.csv");
}
