using Math4AI.Fitting;
using Math4AI.Reporting.Charts;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>
/// The cost of a fit over the plane of its two parameters, in colors, and the minimizer's way through it.
/// </summary>
internal static class CostChart
{
    private const int Side = 80;

    public static Chart Of(FitResult result)
    {
        (double X, double Y)[] path =
            [.. result.Minimum.Path.Append(result.Minimum.Parameters).Select(point => (point[0], point[1]))];
        Vector<double> errors = result.IsConverged ? result.StandardErrors : Vector<double>.Build.Dense(2, double.NaN);
        (double left, double right) = Span(path.Select(point => point.X), result.Parameters[0], errors[0]);
        (double bottom, double top) = Span(path.Select(point => point.Y), result.Parameters[1], errors[1]);
        double[,] values = new double[Side, Side];
        for (int row = 0; row < Side; row++)
        {
            for (int column = 0; column < Side; column++)
            {
                double cost = result.CostAt(Vector<double>.Build.Dense(
                [
                    left + (right - left) * (column + 0.5) / Side,
                    bottom + (top - bottom) * (row + 0.5) / Side,
                ]));
                values[row, column] = double.IsFinite(cost) ? Math.Log10(Math.Max(1e-300, cost)) : double.NaN;
            }
        }

        double[] known = [.. values.Cast<double>().Where(double.IsFinite)];
        (double least, double most) = known.Length == 0 ? (0.0, 0.0) : (known.Min(), known.Max());
        double[] x = [.. path.Select(point => point.X)], y = [.. path.Select(point => point.Y)];
        return new Chart(
            "log₁₀ C(θ), and the points that the minimizer visited",
            new ChartAxis(result.Names[0], AxisScale.Linear), new ChartAxis(result.Names[1], AxisScale.Linear),
            new ImageLayer(
                NumberPicture.Png(values, least, most, ColorMap.Viridis), left, right, bottom, top)
            {
                Name = "log₁₀ C",
                Values = [.. values.Cast<double>()],
                Columns = Side,
            },
            new LineLayer(x, y) { Name = "path", Color = ChartLayer.OnPicture, HasMarks = true },
            new PointsLayer([x[^1]], [y[^1]]) { Name = "end", Color = 1, Sizes = [2.0] })
        {
            Note = $"From {Html.Number(least)} (dark) to {Html.Number(most)} (bright).",
        };
    }

    private static (double From, double To) Span(IEnumerable<double> passed, double center, double error)
    {
        double reach = double.IsFinite(error) ? 4.0 * error : 0.0;
        double[] all = [.. passed, center - reach, center + reach];
        double margin = 0.08 * (all.Max() - all.Min());
        return (all.Min() - margin, all.Max() + margin + (margin == 0.0 ? 1.0 : 0.0));
    }
}
