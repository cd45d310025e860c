using static TorchSharp.torch;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Forward and backward through a model as the products that they are, without autograd; the loss between them stays
/// torch's.
/// </summary>
internal interface IDirectPass
{
    /// <summary>Gets whether the outputs are those of evaluation too: no layer does otherwise in training.</summary>
    bool IsSameInEvaluation { get; }

    /// <summary>The outputs for some inputs, a leaf that wants a gradient. It holds until the next call.</summary>
    /// <param name="inputs">Inputs of the shape that the training began with, but for their number.</param>
    Tensor Forward(Tensor inputs);

    /// <summary>Writes the gradients of all parameters, from that of the outputs of the last <c>Forward</c>.</summary>
    /// <param name="isFirst">Whether what was there is forgotten; otherwise it is added to.</param>
    void Backward(bool isFirst);
}
