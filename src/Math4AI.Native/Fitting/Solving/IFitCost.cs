using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>The cost of a fit, independent of how its derivatives are computed.</summary>
internal interface IFitCost
{
    /// <summary>The contribution of a block of samples to the cost near θ.</summary>
    /// <param name="cost">Its share of C(θ).</param>
    /// <param name="samples">The number of residuals that belong to samples; those of scale and priors follow.</param>
    /// <param name="residuals">r.</param>
    /// <param name="jacobian">∂r/∂θ, residuals × unknowns, column after column.</param>
    delegate void TakeRows(double cost, int samples, ReadOnlySpan<double> residuals, ReadOnlySpan<double> jacobian);

    /// <summary>The predictions of the model for a block of samples.</summary>
    /// <param name="predicted">f.</param>
    /// <param name="observed">y.</param>
    /// <param name="weights">w.</param>
    /// <param name="jacobian">∂f/∂θ, samples × free parameters.</param>
    delegate void TakeSlopes(double[] predicted, Vector<double> observed, double[] weights, Matrix<double> jacobian);

    /// <summary>The unknowns.</summary>
    FreeParameters Unknowns { get; }

    /// <summary>The numbers that were observed, of samples whose weight is not 0.</summary>
    int Observations { get; }

    /// <summary>Whether each sample's own derivatives are known.</summary>
    bool HasRows { get; }

    /// <summary>C(θ) at the unknowns.</summary>
    double Value(ReadOnlySpan<double> parameters);

    /// <summary>C(θ) and its gradient.</summary>
    double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient);

    /// <summary>Finds the minimum from θ.</summary>
    Minimum Minimize(double[] all, CancellationToken cancellation);

    /// <summary>The cost of the same samples with other settings.</summary>
    IFitCost With(FitProblem settings);

    /// <summary>Hands over r and J near θ, block by block.</summary>
    void VisitRows(ReadOnlySpan<double> parameters, TakeRows take);

    /// <summary>Hands over f and ∂f/∂θ, block by block.</summary>
    void VisitSlopes(ReadOnlySpan<double> parameters, TakeSlopes take);
}
