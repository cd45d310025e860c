using System.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features;

/// <summary>
/// A feature map that is to be fitted, x ↦ features(x). <see cref="Fit"/> learns what it needs, such as means, from
/// training data alone; the result is applied to any data.
/// </summary>
/// <typeparam name="TData">
/// What the samples are: a matrix of samples × inputs, a set of images, or a list of texts.
/// </typeparam>
/// <remarks>
/// A feature map of one's own derives from this class and from <see cref="FittedFeatures{TData}"/>; <see
/// cref="FeatureNames{TData}.Add"/> gives it a name.
/// </remarks>
public abstract class FeatureMap<TData>
{
    /// <summary>Gets the map as <see cref="FeatureNames{TData}.Parse"/> reads it, such as <c>poly:2</c>.</summary>
    public abstract string Formula { get; }

    /// <summary>Fits the map to training data.</summary>
    /// <param name="training">The training samples.</param>
    /// <exception cref="ArgumentException">The samples are not what the map takes.</exception>
    public abstract FittedFeatures<TData> Fit(TData training);

    /// <summary>Makes a fitted map of what one had learned.</summary>
    /// <param name="state">The <see cref="FittedFeatures{TData}.State"/> of the fitted map.</param>
    /// <exception cref="InvalidDataException">The state is damaged, or another map's.</exception>
    public abstract FittedFeatures<TData> Restore(FeatureState state);

    /// <summary>Makes a map that applies this one, and then another to its features.</summary>
    /// <param name="next">The map of the features.</param>
    public FeatureMap<TData> Then(FeatureMap<Matrix<double>> next) => new FeatureChain<TData>(this, next);

    /// <summary>Makes a map with the features of this one and of another, side by side.</summary>
    /// <param name="other">The other map of the same samples.</param>
    public FeatureMap<TData> And(FeatureMap<TData> other) => new FeatureJoin<TData>([this, other]);

    /// <summary>
    /// Makes a map whose groups of features, those that stand side by side, weigh the same: each is followed by <see
    /// cref="FeatureMap.Balance"/>.
    /// </summary>
    public virtual FeatureMap<TData> Balanced() => Then(FeatureMap.Balance());

    /// <summary>
    /// Gets whether the scales of the features among themselves carry a meaning, as those of a map that approaches a
    /// kernel do, φ(x)·φ(x′) ≈ k(x, x′): a direction that hardly varies hardly counts, and dividing by its deviation
    /// would make noise of rounding as large as all others. The default is false.
    /// </summary>
    public virtual bool HasOwnScales => false;

    /// <summary>
    /// Makes a map whose features have mean 0 and variance 1, or those with scales of their own a mean variance of 1.
    /// </summary>
    public virtual FeatureMap<TData> Standardized() =>
        Then(HasOwnScales ? FeatureMap.BalanceMean() : FeatureMap.Standardize());

    /// <summary>Returns <see cref="Formula"/>.</summary>
    public sealed override string ToString() => Formula;
}

/// <summary>A fitted feature map: it turns samples into a matrix, samples × features.</summary>
/// <typeparam name="TData">What the samples are.</typeparam>
public abstract class FittedFeatures<TData>
{
    /// <summary>Gets what was learned, to be saved; <see cref="FeatureMap{TData}.Restore"/> takes it.</summary>
    public abstract FeatureState State { get; }

    /// <summary>Computes the features of samples.</summary>
    /// <param name="samples">The samples, which need not be those of the training.</param>
    /// <returns>Samples × features.</returns>
    /// <exception cref="ArgumentException">The samples are not what the map was fitted to.</exception>
    public abstract Matrix<double> Apply(TData samples);

    /// <summary>
    /// Writes the features of samples into room that the caller has: features × samples, column after column.
    /// </summary>
    internal virtual void Fill<T>(TData samples, T[] features)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Matrix<double> found = Apply(samples);
        for (int feature = 0; feature < found.ColumnCount; feature++)
        {
            for (int row = 0; row < found.RowCount; row++)
            {
                features[row * found.ColumnCount + feature] = T.CreateTruncating(found[row, feature]);
            }
        }
    }

    /// <summary>Names the features.</summary>
    /// <param name="inputs">The names of the inputs of a matrix; empty for images and texts.</param>
    public abstract IReadOnlyList<string> Names(IReadOnlyList<string> inputs);
}
