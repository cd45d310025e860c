using System.Globalization;
using System.Text;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>Predictions of a fit with their bands, one for each sample.</summary>
/// <param name="Mean">The expected y: f(x, θ*), transformed by the inverse link in logistic and Poisson fits.</param>
/// <param name="Confidence">The confidence intervals of the mean.</param>
/// <param name="Observation">
/// The prediction intervals of a new observation; NaN if the noise is that of counts or classes.
/// </param>
public sealed record Prediction(
    Vector<double> Mean, IReadOnlyList<Interval> Confidence, IReadOnlyList<Interval> Observation)
{
    private const int MaxPrintedRows = 10;

    /// <summary>Returns the first predictions as a table: mean, confidence interval, prediction interval.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("mean, confidence interval, prediction interval");
        for (int i = 0; i < Math.Min(Mean.Count, MaxPrintedRows); i++)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"{Mean[i]:G6}  {Confidence[i]}  {Observation[i]}");
        }

        return Mean.Count > MaxPrintedRows
            ? text.AppendLine()
                .Append(CultureInfo.InvariantCulture, $"… and {Mean.Count - MaxPrintedRows} more").ToString()
            : text.ToString();
    }
}
