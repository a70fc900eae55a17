/**
 * Kernels that tfjs has and a submission may not ask for: all that is not in the table. A list, so that `kit run --debug` can
 * refuse them too without loading the table, which brings a tfjs of its own.
 */
export const REFUSED_KERNELS: readonly string[] = `
AvgPool AvgPool3D AvgPool3DGrad AvgPoolGrad BatchToSpaceND BroadcastArgs BroadcastTo Conv3D
Conv3DBackpropFilterV2 Conv3DBackpropInputV2 CropAndResize DepthToSpace Dilation2D Dilation2DBackpropFilter
Dilation2DBackpropInput Draw FlipLeftRight FromPixels FusedBatchNorm FusedConv2D FusedDepthwiseConv2D LRN
LRNGrad LogSoftmax LogicalXor LowerBound MatrixBandPart MaxPool MaxPool3D MaxPool3DGrad MaxPoolGrad
MaxPoolWithArgmax NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 Pool RaggedGather RaggedRange
RaggedTensorToTensor ResizeBilinear ResizeBilinearGrad ResizeNearestNeighbor ResizeNearestNeighborGrad
RotateWithOffset SpaceToBatchND SparseFillEmptyRows SparseReshape SparseSegmentMean SparseSegmentSum
StaticRegexReplace StringNGrams StringSplit StringToHashBucketFast Transform Unique UpperBound
`
  .trim()
  .split(/\s+/);
