using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// The samples of a fit, each with its inputs, the observed and the fitted value, residual, standardized residual,
/// leverage and Cook's distance.
/// </summary>
public static class FittedTable
{
    private static readonly string[] Titles = ["observed", "fitted", "residual", "standardized", "leverage", "cook"];

    /// <summary>
    /// Writes the table as comma-separated text, a row for each observed number; of several outputs, their number comes
    /// first. What is not known of a distance is an empty cell.
    /// </summary>
    /// <param name="fit">A fit to samples in memory.</param>
    /// <param name="path">The file, which is replaced.</param>
    /// <exception cref="ArgumentException">The samples are not in memory.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(FitResult fit, string path)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (fit.Problem.Targets is not { } targets || fit.Problem.Inputs is not { } inputs)
        {
            throw new ArgumentException("The table of fitted values needs samples in memory.", nameof(fit));
        }

        bool isKnown = fit.IsConverged && fit.HasSampleDiagnostics && fit.DegreesOfFreedom > 0, isSmooth = isKnown
            && !fit.Problem.Distance.HasCorner;
        Vector<double>? leverage = isKnown ? fit.Leverage : null;
        Vector<double>? standardized = isSmooth ? fit.StandardizedResiduals : null, cook = isSmooth
            ? fit.CooksDistance
            : null;
        Vector<double> residuals = fit.Residuals;
        int samples = targets.Samples;
        using var writer = new StreamWriter(path);
        string[] first = targets.Columns > 1 ? ["output"] : [];
        writer.Write(
            string.Join(',', first.Concat(fit.Problem.Model.InputNames.Select(CsvText.Cell)).Concat(Titles)) + "\n");
        for (int i = 0; i < residuals.Count; i++)
        {
            double[] number = targets.Columns > 1 ? [1 + i / samples] : [];
            double[] row =
            [
                .. number, .. inputs.Row(i % samples), targets[i], targets[i] - residuals[i], residuals[i],
                standardized?[i] ?? double.NaN, leverage?[i] ?? double.NaN, cook?[i] ?? double.NaN,
            ];
            writer.Write(string.Join(',', row.Select(CsvText.Cell)) + "\n");
        }
    }
}
