using Math4AI.Fitting.Uncertainty;
using Math4AI.Optimization;

namespace Math4AI.Fitting.Solving;

/// <summary>The cost of a fit, by whichever way its derivatives are had.</summary>
internal interface IFitCost
{
    /// <summary>The unknowns.</summary>
    FreeParameters Unknowns { get; }

    /// <summary>The numbers that were observed, of samples whose weight is not 0.</summary>
    int Observations { get; }

    /// <summary>C(θ) at the unknowns.</summary>
    double Value(ReadOnlySpan<double> parameters);

    /// <summary>C(θ) and its gradient.</summary>
    double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient);

    /// <summary>Finds the minimum from θ.</summary>
    Minimum Minimize(double[] all, CancellationToken cancellation);

    /// <summary>The cost of the same data with other settings.</summary>
    IFitCost With(FitSettings settings);

    /// <summary>How the cost bends at its minimum.</summary>
    Curvature Curvature(Minimum minimum);
}
