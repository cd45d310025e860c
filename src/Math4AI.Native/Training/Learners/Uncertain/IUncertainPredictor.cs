using Math4AI.Data.Models;
using Math4AI.Probability.Forecasts;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners.Uncertain;

/// <summary>A model that tells how sure it is of each sample.</summary>
public interface IUncertainPredictor : IRowPredictor
{
    /// <summary>Predicts the distribution of each sample's number.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another.</exception>
    /// <exception cref="InvalidOperationException">The model predicts classes.</exception>
    IReadOnlyList<PredictiveDistribution> Distributions(Matrix<double> inputs);

    /// <summary>
    /// Measures what the model does not know of each sample, rather than what chance makes uncertain: of numbers, the
    /// standard deviation of the members' means; of classes, the information that the class has on the members,
    /// H(mean p) − mean H(p), in nats. Large where a sample is unlike those that were learned.
    /// Source: B. Lakshminarayanan, A. Pritzel and C. Blundell, "Simple and scalable predictive uncertainty estimation
    /// using deep ensembles", NeurIPS 30 (2017); N. Houlsby et al., arXiv:1112.5745, for the information.
    /// </summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another.</exception>
    double[] Disagreement(Matrix<double> inputs);
}
